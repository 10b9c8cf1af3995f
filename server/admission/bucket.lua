-- `take` of bucket.py, of a bucket that is a hash: "level", "at", and "points ends" for each lease.
-- KEYS: the bucket.
-- ARGV: capacity, rate, lease_milliseconds, holder, want, share, unused, credit, then each need.
-- Gives: level, room, leased, now, then 1 or 0 for each need.
local MICRO = 1000000
local function whole(number) return string.format('%.0f', number) end

local capacity, rate = tonumber(ARGV[1]) * MICRO, tonumber(ARGV[2])
local lifetime, holder = tonumber(ARGV[3]), 'lease:' .. ARGV[4]
local want, share = tonumber(ARGV[5]), tonumber(ARGV[6])
local unused, credit = tonumber(ARGV[7]), tonumber(ARGV[8])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local level, at, own, others = capacity, now, nil, 0
local fields = redis.call('HGETALL', KEYS[1])
for index = 1, #fields, 2 do
  local name, value = fields[index], fields[index + 1]
  if name == 'level' then
    level = tonumber(value)
  elseif name == 'at' then
    at = tonumber(value)
  else
    local points, ends = string.match(value, '^(%d+) (%d+)$')
    if tonumber(ends) <= now then
      redis.call('HDEL', KEYS[1], name)
    elseif name == holder then
      own = tonumber(points)
    else
      others = others + tonumber(points)
    end
  end
end

level = level + math.max(0, now - at) * rate
level = math.max(0, math.min(level, capacity - (others + (own or 0)) * MICRO))
if own then
  level = level + math.min(unused, own) * MICRO
end
local room = capacity - others * MICRO
level = math.max(0, math.min(level + credit * MICRO, room))

local given, all = {0, 0, 0, whole(now)}, true
for index = 9, #ARGV do
  local need = tonumber(ARGV[index]) * MICRO
  if need <= level then
    level = level - need
    given[#given + 1] = 1
  else
    all = false
    given[#given + 1] = 0
  end
end

local leased = 0
if all then
  leased = math.min(want, math.floor(math.floor(level / MICRO) * share / 1000))
end
if leased > 0 then
  level = level - leased * MICRO
  room = room - leased * MICRO
  redis.call('HSET', KEYS[1], holder, whole(leased) .. ' ' .. whole(now + lifetime))
elseif own then
  redis.call('HDEL', KEYS[1], holder)
end
redis.call('HSET', KEYS[1], 'level', whole(level), 'at', whole(now))
-- Once it is full and nothing is leased, it is as one that is not there.
redis.call('PEXPIRE', KEYS[1], whole(math.ceil(capacity / rate) + lifetime))

given[1], given[2], given[3] = whole(level), whole(room), whole(leased)
return given
