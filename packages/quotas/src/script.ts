/**
 * Settles everything that a process has gathered, bucket by bucket: what comes back by time, then what is given back, then
 * one take after the other. `bucket.ts` says the same in TypeScript, and a test compares the two.
 *
 * KEYS: touched, hour until the boundary, hour from it on, month until the boundary, month from it on, buckets…
 * ARGV: now (empty: the server's clock), boundary of the hours, of the months, units of a point, and for each bucket:
 * subject, whom it is counted for, capacity in units, units per millisecond, points of the month (-1: no limit), points
 * given back, requests, how many takes, their points…
 *
 * Answers now, and for each bucket: the units used, the points spent in the month, and a letter for each take: `y`, `m`
 * refused by the minute, `M` by the month.
 */
export const SETTLE = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local hour = KEYS[2]
if now >= tonumber(ARGV[2]) then hour = KEYS[3] end
local month = KEYS[4]
if now >= tonumber(ARGV[3]) then month = KEYS[5] end
local unit = tonumber(ARGV[4])
local answer = { now }
local position = 4
local isCounted, isOfMonth = false, false

for index = 6, #KEYS do
  local subject, counted = ARGV[position + 1], ARGV[position + 2]
  local capacity, rate = tonumber(ARGV[position + 3]), tonumber(ARGV[position + 4])
  local monthly, back = tonumber(ARGV[position + 5]), tonumber(ARGV[position + 6])
  local requests, takes = tonumber(ARGV[position + 7]), tonumber(ARGV[position + 8])
  position = position + 8

  local used = 0
  local state = redis.call('GET', KEYS[index])
  if state then
    local before, since, size = string.match(state, '(%d+) (%d+) (%d+)')
    used = math.max(0, tonumber(before) - math.max(0, now - tonumber(since)) * rate)
    if tonumber(size) ~= capacity then used = math.min(used, capacity) end
  end
  used = math.max(0, math.min(used - back * unit, math.max(used, 2 * capacity)))
  local spent = 0
  if monthly >= 0 then
    spent = math.max(0, tonumber(redis.call('HGET', month, subject) or '0') - back)
  end

  local letters, taken, refused = {}, 0, 0
  for take = 1, takes do
    local points = tonumber(ARGV[position + take])
    if monthly >= 0 and spent + points > monthly then
      letters[take] = 'M'
      refused = refused + 1
    elseif used + points * unit > capacity then
      letters[take] = 'm'
      refused = refused + 1
    else
      letters[take] = 'y'
      used = used + points * unit
      spent = spent + points
      taken = taken + points
    end
  end
  position = position + takes

  if taken > 0 or back ~= 0 then
    if used > 0 then
      local value = string.format('%.0f %.0f %.0f', used, now, capacity)
      redis.call('SET', KEYS[index], value, 'PX', string.format('%.0f', math.ceil(used / rate) + 1000))
    else
      redis.call('DEL', KEYS[index])
    end
    if monthly >= 0 then
      redis.call('HSET', month, subject, string.format('%.0f', spent), subject .. '|limit', string.format('%.0f', monthly))
      isOfMonth = true
    end
    redis.call('HINCRBY', hour, counted .. '|points', string.format('%.0f', taken - back))
  end
  if requests > 0 then redis.call('HINCRBY', hour, counted .. '|requests', requests) end
  if refused > 0 then redis.call('HINCRBY', hour, counted .. '|throttled', refused) end
  if taken > 0 or back ~= 0 or requests > 0 or refused > 0 then
    redis.call('SADD', KEYS[1], string.sub(hour, -13) .. '|' .. counted)
    isCounted = true
  end
  answer[#answer + 1] = used
  answer[#answer + 1] = spent
  answer[#answer + 1] = table.concat(letters)
end

if isCounted then
  redis.call('EXPIRE', hour, 259200)
  redis.call('EXPIRE', KEYS[1], 259200)
end
if isOfMonth then redis.call('EXPIRE', month, 3456000) end
return answer`;
