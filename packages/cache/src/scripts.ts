/**
 * What every script begins with.
 *
 * Invalidations are numbered. `state` holds for each tag, key and namespace the number of its last invalidation, and
 * `!sequence`, the last number of all. Who is about to compute is given that number (`begun`): what they compute holds as
 * long as nothing that it depends on has a larger one. So nothing has to be known of it beforehand, not even its tags.
 *
 * Numbers are at least the time in microseconds. When Redis has lost the state, it begins anew above all numbers that were
 * ever given, and `!floor` says that everything from before is worth nothing. The same floor stands for what was forgotten
 * because it was too much to remember.
 */
const beginning = `
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)
local function whole(number) return string.format('%.0f', number) end
local function sequence()
  local known = redis.call('ZSCORE', KEYS[1], '!sequence')
  if known then return tonumber(known) end
  redis.call('DEL', KEYS[1])
  redis.call('ZADD', KEYS[1], whole(micros), '!sequence', whole(micros), '!floor')
  return micros
end
local function holds(begun, namespace, key, tags)
  local members = { '!floor', 'n:' .. namespace, 'k:' .. namespace .. ':' .. key }
  for tag in string.gmatch(tags, '[^\\n]+') do members[#members + 1] = 't:' .. tag end
  local numbers = redis.call('ZMSCORE', KEYS[1], unpack(members))
  for index = 1, #members do
    local number = numbers[index]
    if number and tonumber(number) > begun then return false end
  end
  return true
end
local function policy(policies, namespace, ttl, stale)
  local set = redis.call('HGET', policies, namespace)
  if not set then return ttl, stale end
  local first, second = string.match(set, '(%d+) (%d+)')
  return tonumber(first), tonumber(second)
end
`;

/**
 * Looks for a value.
 *
 * KEYS: state, entry, lock, policies, counters, expiries, names
 * ARGV: namespace, key, lifetime and stale time by default (ms), token of the asker, how long they may compute (ms; 0: they
 * do not want to)
 *
 * Answers `kind` (0 nothing, 1 fresh, 2 stale), `begun`, whose turn it is to compute (their token, or empty), and for a
 * value: itself, its age, for how long it is fresh (ms), its number.
 */
export const READ = `${beginning}
local namespace, key, token, lockMs = ARGV[1], ARGV[2], ARGV[5], tonumber(ARGV[6])
local begun = sequence()
local entry = redis.call('HMGET', KEYS[2], 'value', 'begun', 'tags', 'stored', 'ttl')
local kind, age, fresh = 0, 0, 0
if entry[1] then
  local ttl, stale = policy(KEYS[4], namespace, tonumber(ARGV[3]), tonumber(ARGV[4]))
  if entry[5] ~= '' then ttl = math.min(ttl, tonumber(entry[5])) end
  age = math.max(0, now - tonumber(entry[4]))
  fresh = ttl - age
  if fresh + stale > 0 and holds(tonumber(entry[2]), namespace, key, entry[3]) then
    kind = 1
    if fresh <= 0 then kind = 2 end
  else
    redis.call('DEL', KEYS[2])
    redis.call('ZREM', KEYS[6], key)
    redis.call('ZREM', KEYS[7], key)
  end
end
local turn = ''
if kind ~= 1 and lockMs > 0 then
  if redis.call('SET', KEYS[3], token, 'NX', 'PX', lockMs) then turn = token
  else turn = redis.call('GET', KEYS[3]) or '' end
end
local counter = '|misses'
if kind == 1 then counter = '|hits' elseif kind == 2 then counter = '|stale' end
redis.call('HINCRBY', KEYS[5], namespace .. counter, 1)
if kind == 0 then return { 0, whole(begun), turn } end
return { kind, whole(begun), turn, entry[1], age, fresh }`;

/**
 * Looks for many values, of which nobody waits for another.
 *
 * KEYS: state, policies, counters, entries…
 * ARGV: namespace, lifetime by default (ms), keys… in the order of the entries
 *
 * Answers the number to hand back with what is computed from now on, and each value, or false for one that is not there.
 */
export const READ_MANY = `${beginning}
local namespace = ARGV[1]
local begun = sequence()
local common = policy(KEYS[2], namespace, tonumber(ARGV[2]), 0)
local found, hits = { whole(begun) }, 0
for index = 4, #KEYS do
  local key = ARGV[index - 1]
  local entry = redis.call('HMGET', KEYS[index], 'value', 'begun', 'tags', 'stored', 'ttl')
  local value = false
  if entry[1] then
    local ttl = common
    if entry[5] ~= '' then ttl = math.min(ttl, tonumber(entry[5])) end
    if now - tonumber(entry[4]) < ttl and holds(tonumber(entry[2]), namespace, key, entry[3]) then
      value = entry[1]
      hits = hits + 1
    end
  end
  found[index - 2] = value
end
local misses = #KEYS - 3 - hits
if hits > 0 then redis.call('HINCRBY', KEYS[3], namespace .. '|hits', hits) end
if misses > 0 then redis.call('HINCRBY', KEYS[3], namespace .. '|misses', misses) end
return found`;

/**
 * Stores a value, unless something that it depends on was invalidated since it began to be computed.
 *
 * KEYS: as for READ
 * ARGV: namespace, key, lifetime and stale time by default (ms), token, begun, value, tags (one a line), lifetime of its
 * own (ms, or empty)
 *
 * Answers 1 when it was stored.
 */
export const STORE = `${beginning}
local namespace, key, begun = ARGV[1], ARGV[2], tonumber(ARGV[6])
sequence()
local isStored = 0
local ttl, stale = policy(KEYS[4], namespace, tonumber(ARGV[3]), tonumber(ARGV[4]))
if ARGV[9] ~= '' then ttl = math.min(ttl, tonumber(ARGV[9])) end
if ttl > 0 and holds(begun, namespace, key, ARGV[8]) then
  local life = whole(ttl + stale)
  redis.call('HSET', KEYS[2], 'value', ARGV[7], 'begun', ARGV[6], 'tags', ARGV[8], 'stored', whole(now), 'ttl', ARGV[9])
  redis.call('PEXPIRE', KEYS[2], life)
  redis.call('ZADD', KEYS[6], whole(now + ttl + stale), key)
  redis.call('ZADD', KEYS[7], 0, key)
  isStored = 1
end
redis.call('HINCRBY', KEYS[5], namespace .. (isStored == 1 and '|stores' or '|refusals'), 1)
if redis.call('GET', KEYS[3]) == ARGV[5] then redis.call('DEL', KEYS[3]) end
local expired = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', whole(now), 'LIMIT', 0, 20)
if #expired > 0 then
  redis.call('ZREM', KEYS[6], unpack(expired))
  redis.call('ZREM', KEYS[7], unpack(expired))
  redis.call('HINCRBY', KEYS[5], namespace .. '|expired', #expired)
end
return isStored`;

/** Lets others compute. KEYS: lock. ARGV: token, after how long (ms). */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('DEL', KEYS[1])`;

/**
 * Invalidates: what was computed, and what is being computed now.
 *
 * KEYS: state. ARGV: how many are remembered one by one, members of the state…
 */
export const INVALIDATE = `${beginning}
local number = math.max(sequence() + 1, micros)
redis.call('ZADD', KEYS[1], whole(number), '!sequence')
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], whole(number), ARGV[index]) end
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1]) - 2
if excess > 0 then
  local last = redis.call('ZRANGE', KEYS[1], excess - 1, excess - 1, 'WITHSCORES')
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, excess - 1)
  redis.call('ZADD', KEYS[1], last[2], '!floor', whole(number), '!sequence')
end
return whole(number)`;

/**
 * Tells of an entry without counting it as a use.
 *
 * KEYS: state, entry. ARGV: namespace, key. Answers nothing when it is not there or is worth nothing, otherwise for how
 * long it is kept (ms), its size (bytes), its tags.
 */
export const DESCRIBE = `${beginning}
local entry = redis.call('HMGET', KEYS[2], 'begun', 'tags')
if not entry[1] or not holds(tonumber(entry[1]), ARGV[1], ARGV[2], entry[2]) then return false end
return { redis.call('PTTL', KEYS[2]), redis.call('HSTRLEN', KEYS[2], 'value'), entry[2] }`;
