-- What wrk sends. Environment:
--   SCENARIO     idle: polls of queues that are empty | idle-signed: the same by signature, HEADERS names the file with each poll's headers | enqueue | life: enqueue, poll and report of each command, all three counted
--   SERVERS      distinct source servers (10,000)         PREFIX   the beginning of their ids, 24 characters
--   LAG          life: by how many source servers the poll trails the enqueue, and the report the poll (200)
--   DELAY_MS     milliseconds that a connection waits before each request (0)
--   AGENT_TOKEN  polls and reports                        OPERATOR_TOKEN   enqueues
local scenario = os.getenv("SCENARIO") or "idle"
local servers = tonumber(os.getenv("SERVERS") or "10000")
local lag = tonumber(os.getenv("LAG") or "200")
local prefix = os.getenv("PREFIX") or "f32ab4d6-d150-4fb3-aa55-"
local json = "application/json"
local agent = { ["X-Auth-Token"] = os.getenv("AGENT_TOKEN") or "peer-token" }
local agent_json = { ["X-Auth-Token"] = agent["X-Auth-Token"], ["Content-Type"] = json }
local operator_json = { ["X-Auth-Token"] = os.getenv("OPERATOR_TOKEN") or "peer-token", ["Content-Type"] = json }
local command = '{"command_name":"START","command_param":{"task_id":"7c9a1f52-66f0-4a0f-8f0d-2f3c1f7b0a11"}}'
-- The name alone, as agents of today report: the broker must find the command by itself.
local result = '{"command_name":"START","result":"success","result_detail":{"msg":"done"}}'

-- wrk asks for a wait only where there is one: a function that answers 0 would cost each request a timer.
local wait = tonumber(os.getenv("DELAY_MS") or "0")
if wait > 0 then
  function delay() return wait end
end

local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

local polls, enqueues, reports, at, step = {}, {}, {}, 0, 0

local function signed_headers()
  local all = {}
  for line in io.lines(os.getenv("HEADERS")) do
    local headers, name = {}, nil
    for part in line:gmatch("[^\t]+") do
      if name then headers[name], name = part, nil else name = part end
    end
    all[#all + 1] = headers
  end
  return all
end

function init(args)
  local signed = scenario == "idle-signed" and signed_headers()
  for i = 1, servers do
    local id = prefix .. string.format("%012d", i - 1)
    polls[i] = wrk.format("GET", "/v3/sources/" .. id .. "/command", signed and signed[i] or agent)
    if scenario ~= "idle" and not signed then
      enqueues[i] = wrk.format("POST", "/api/v1/sources/" .. id .. "/commands", operator_json, command)
      reports[i] = wrk.format("POST", "/v3/sources/" .. id .. "/command_result", agent_json, result)
    end
  end
  at = id * math.floor(servers / 2)
end

local function behind(count) return (at - 1 - count) % servers + 1 end

-- The first polls wait for commands, the first reports for deliveries: a scenario that polled empty queues would look too good.
local sent, phase = 0, 0
local function life()
  if phase == 1 and sent > lag then
    phase = 2
    return polls[behind(lag)]
  elseif phase == 2 and sent > 2 * lag then
    phase = 0
    return reports[behind(2 * lag)]
  end
  at = at % servers + 1
  sent = sent + 1
  phase = 1
  return enqueues[at]
end

function request()
  if scenario == "life" then return life() end
  at = at % servers + 1
  if scenario == "enqueue" then return enqueues[at] end
  return polls[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"rate":%.0f,"requests":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests / (summary.duration / 1e6), summary.requests, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
