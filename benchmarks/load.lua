-- Lets wrk post the lines of a file in turn, so that variables change from request to request, and write
-- what came of it as one line of JSON. A line is a body, or a bearer token, a tab and a body.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local token, body = line:match("^([^\t]+)\t(.*)$")
    local headers = { ["content-type"] = "application/json" }
    for name, value in pairs(wrk.headers) do headers[name] = value end
    if token then headers["authorization"] = "Bearer " .. token end
    requests[#requests + 1] = wrk.format("POST", nil, headers, body or line)
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
