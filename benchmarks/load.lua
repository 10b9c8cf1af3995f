-- Lets wrk send the requests of a file in turn, so that variables change from request to request, and write
-- what came of it as one line of JSON. A line is method, target, body and header fields, with tabs between.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, target, body, fields = line:match("^([^\t]+)\t([^\t]+)\t([^\t]*)(.*)$")
    local headers = {}
    for name, value in fields:gmatch("\t([^\t:]+): ([^\t]*)") do headers[name] = value end
    requests[#requests + 1] = wrk.format(method, target, headers, body ~= "" and body or nil)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "errors": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
