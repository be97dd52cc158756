import Envelopes
import Foundation
import JSON
import Measurements
import Platform
import Runner
import Store
import WorkerProtocol

// Measures the same tiny comparison many times in one process, and prints what that process holds after each: whatever
// grows with the number of comparisons would end a long night. `scripts/soak` makes the models, and judges.
//
// usage: soak PROGRAM MODELS ENVELOPE DATABASE COUNT
//
// MODELS holds the folders `resident` and `candidate`. Prints a JSON object per comparison.

func descriptorCount() -> Int {
  #if os(Linux)
    let folder = "/proc/self/fd"
  #else
    let folder = "/dev/fd"
  #endif
  return (try? FileManager.default.contentsOfDirectory(atPath: folder))?.count ?? 0
}

func size(of database: URL) -> Int {
  ["", "-wal"].reduce(0) { sum, suffix in
    let size = (try? FileManager.default.attributesOfItem(atPath: database.path + suffix))?[.size] as? Int
    return sum + (size ?? 0)
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 6, let count = Int(arguments[5]), count >= 1 else {
  print("usage: soak PROGRAM MODELS ENVELOPE DATABASE COUNT")
  exit(2)
}
let models = URL(fileURLWithPath: arguments[2])
let database = URL(fileURLWithPath: arguments[4])
let plan = MeasurementPlan(
  envelope: try Envelope(contentsOf: URL(fileURLWithPath: arguments[3])),
  contenders: [
    .init(side: .resident, model: "resident", folder: models.appendingPathComponent("resident")),
    .init(side: .candidate, model: "candidate", folder: models.appendingPathComponent("candidate")),
  ], role: "default", environment: .isolated,
  command: WorkerCommand(executable: URL(fileURLWithPath: arguments[1]), arguments: ["worker"]), threads: 1,
  version: "soak")
for _ in 1...count {
  let start = Machine.monotonicNanoseconds
  // A new store each time, as each command opens one.
  let store = try MeasurementStore(at: database, mode: .readWrite)
  _ = try await MeasurementRunner(plan, store: store).run()
  let row: JSONValue = [
    "seconds": .number(Double(Machine.monotonicNanoseconds - start) * 1e-9),
    "descriptors": .integer(descriptorCount()),
    "memory_bytes": .integer(Machine.figures(of: getpid())?.memoryBytes ?? 0),
    "database_bytes": .integer(size(of: database)),
  ]
  print(row.serialized())
  fflush(nil)
}
