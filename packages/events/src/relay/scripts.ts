/** KEYS: stream, head, verified. Answers [head, verified run, last entry of the stream]. */
export const STATE = `
return {
  redis.call('GET', KEYS[2]),
  redis.call('GET', KEYS[3]),
  redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
}`;

/**
 * KEYS: stream, head. ARGV: channel, length of the stream, first position, entries from there on.
 * Checks that the entries follow the head, skips those that are there already, adds and announces the others.
 */
export const APPEND = `
local head = redis.call('GET', KEYS[2])
if not head then return -1 end
head = tonumber(head)
local first = tonumber(ARGV[3])
local last = first + #ARGV - 4
if first > head + 1 then return -1 end
if last <= head then return head end
local added = {}
for position = head + 1, last do
  local entry = ARGV[4 + position - first]
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], string.format('%.0f-0', position), 'event', entry)
  added[#added + 1] = entry
end
redis.call('SET', KEYS[2], string.format('%.0f', last))
redis.call('PUBLISH', ARGV[1], '[' .. table.concat(added, ',') .. ']')
return last`;

/**
 * KEYS: draft, stream, head, verified. ARGV: expected head, length of the draft, new head, run of the server, channel. The empty announcement makes readers look at the log.
 */
export const REPLACE = `
local head = redis.call('GET', KEYS[3])
if (head or '') ~= ARGV[1] or redis.call('XLEN', KEYS[1]) ~= tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('DEL', KEYS[2])
if tonumber(ARGV[2]) > 0 then
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('PERSIST', KEYS[2])
end
redis.call('SET', KEYS[3], ARGV[3])
redis.call('SET', KEYS[4], ARGV[4])
redis.call('PUBLISH', ARGV[5], '[]')
return 1`;

/** KEYS: head, verified. ARGV: expected head, run of the server. */
export const VERIFY = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1`;
