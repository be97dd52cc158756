import Envelopes
import Foundation
import JSON
import Measurements
import Platform
import Runner
import Store
import Vocabulary
import WorkerProtocol

// Measures the same tiny comparison many times in one process, and prints what that process holds: whatever grows with
// the number of comparisons would end a long night.
//
// usage: soak PROGRAM MODELS ENVELOPE DATABASE COUNT
//
// MODELS holds the folders `resident` and `candidate`. A row each hundredth of the way; exit code 1 where something grows.

struct Row {
  var comparisons: Int
  var descriptors: Int
  var memoryBytes: Int
  var databaseBytes: Int
  /// Of the comparisons since the row before.
  var medianSeconds: Double
}

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
guard arguments.count == 6, let count = Int(arguments[5]), count >= 10 else {
  print("usage: soak PROGRAM MODELS ENVELOPE DATABASE COUNT, at least 10 comparisons")
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
var rows: [Row] = []
var seconds: [Double] = []
print("comparisons  descriptors  memory, MB  database, MB  KB a comparison  median s a comparison")
for number in 1...count {
  let start = Machine.monotonicNanoseconds
  // A store of its own each time, as each command has.
  let store = try MeasurementStore(at: database, mode: .readWrite)
  _ = try await MeasurementRunner(plan, store: store).run()
  seconds.append(Double(Machine.monotonicNanoseconds - start) * 1e-9)
  guard number.isMultiple(of: max(1, count / 20)) else { continue }
  let row = Row(
    comparisons: number, descriptors: descriptorCount(),
    memoryBytes: Machine.figures(of: getpid())?.memoryBytes ?? 0, databaseBytes: size(of: database),
    medianSeconds: seconds.sorted()[seconds.count / 2])
  let before = rows.last.map { ($0.comparisons, $0.databaseBytes) } ?? (0, 0)
  let perComparison = Double(row.databaseBytes - before.1) / Double(number - before.0) / 1e3
  print(
    String(
      format: "%11d  %11d  %10.1f  %12.2f  %15.1f  %21.3f", row.comparisons, row.descriptors,
      Double(row.memoryBytes) / 1e6, Double(row.databaseBytes) / 1e6, perComparison, row.medianSeconds))
  fflush(nil)
  rows.append(row)
  seconds = []
}

// The first quarter is left out: caches fill up.
let early = rows[rows.count / 4]
guard let late = rows.last else { exit(2) }
let growth = Double(late.memoryBytes - early.memoryBytes) / 1e6
print(
  "from comparison \(early.comparisons) to \(late.comparisons): descriptors \(early.descriptors) to \(late.descriptors), "
    + String(format: "memory %+.1f MB, median seconds %.3f to %.3f", growth, early.medianSeconds, late.medianSeconds))
exit(late.descriptors <= early.descriptors + 2 && growth < 20 ? 0 : 1)
