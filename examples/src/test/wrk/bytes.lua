-- For wrk: every answer has status 200 and the bytes of a file, whose path comes after "--". See docs/drivers.md.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   local file = assert(io.open(args[1], "rb"))
   expected = file:read("*a")
   file:close()
   right = 0
   wrong = 0
end

function response(status, headers, body)
   if status == 200 and body == expected then
      right = right + 1
   else
      wrong = wrong + 1
   end
end

function done(summary, latency, requests)
   local right, wrong = 0, 0
   for _, thread in ipairs(threads) do
      right = right + thread:get("right")
      wrong = wrong + thread:get("wrong")
   end
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format("answers with every byte right: %d, wrong: %d, errors: %d\n", right, wrong, failed))
   os.exit(right > 0 and wrong + failed == 0)
end
