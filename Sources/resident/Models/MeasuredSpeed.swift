import Fit
import Foundation
import JSON
import Platform

/// This machine's speed, kept in a file beside the database.
struct MeasuredSpeed {
  let threads: Int

  private static let days = 30.0

  init(threads: Int?) { self.threads = threads ?? Machine.physicalCoreCount }

  /// - Parameters:
  ///   - anew: Whether to measure even if a figure is kept.
  ///   - keeps: Whether to keep what is measured: not that of a busy machine, whose models would seem to exceed the limit.
  /// - Throws: `FitError` if it cannot be measured.
  func read(anew: Bool, keeps: Bool) throws -> HostSpeed {
    if !anew, let kept { return kept }
    let display = WorkDisplay("measuring this machine's speed")
    display.show(0)
    defer { display.end() }
    let speed = try SpeedMeasurement.run(threads: threads)
    let now = Machine.wallSeconds
    if keeps { keep(speed, at: now) }
    return named(speed.readBandwidth, speed.operationRate, at: now)
  }

  private var url: URL { DataLocations.folder.appendingPathComponent("host-speed.json") }

  /// Nil if none is kept, or one that is too old or of other threads.
  var kept: HostSpeed? {
    guard let data = try? Data(contentsOf: url), let value = try? JSONValue(parsing: data),
      value["host"]?.string == Machine.processorName,
      value["threads"]?.integer == threads, let read = value["read_bytes_per_s"]?.number, read > 0,
      let operations = value["operations_per_s"]?.number, operations > 0, let at = value["measured_at_s"]?.number,
      abs(Machine.wallSeconds - at) < Self.days * 86_400
    else { return nil }
    return named(read, operations, at: at)
  }

  private func named(_ read: Double, _ operations: Double?, at seconds: Double) -> HostSpeed {
    let day = Date(timeIntervalSince1970: seconds).formatted(.iso8601.year().month().day())
    return HostSpeed(
      name: "this machine", memory: Machine.memoryByteCount, readBandwidth: read, operationRate: operations,
      source: "measured \(day) with \(threads.counted("thread"))")
  }

  /// A folder that cannot be written to is no reason to fail: it is measured again then.
  private func keep(_ speed: HostSpeed, at seconds: Double) {
    let value: JSONValue = [
      "host": .string(Machine.processorName), "threads": .integer(threads),
      "read_bytes_per_s": .number(speed.readBandwidth),
      "operations_per_s": speed.operationRate.map { .number($0) } ?? .null, "measured_at_s": .number(seconds),
    ]
    try? DurableFile.write(Array((value.serialized(.pretty) + "\n").utf8), to: url.path)
  }
}
