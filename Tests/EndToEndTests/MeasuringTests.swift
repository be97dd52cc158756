import Foundation
import TestSupport
import Testing

/// What measuring commands print, through the built program.
@Suite("Measuring on the command line")
struct MeasuringTests {
  @Test("The regime of one model's figures names the requests at once")
  func concurrency() throws {
    let comparison = try Comparison()
    let envelope = Comparison.envelope(0.02, blocks: 1)
      .replacing("\"decode_tokens\": 8}", with: "\"decode_tokens\": 8, \"concurrency\": 2}")
    try comparison.folder.write(envelope, to: "tiny.json")
    let result = try comparison.program.run(
      "run", "smollm2-135m-4bit-g64", "--envelope", "tiny.json", "--threads", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("32 prompt + 8 decoded tokens, 2 requests at once"), "\(result.output)")
  }

  @Test("A calibration by real comparisons measures the worker that the environment names, and says so")
  func overriddenWorker() throws {
    let comparison = try Comparison(blocks: 1)
    let folder = comparison.folder
    let worker = try folder.writeProgram(
      "#!/bin/sh\ntouch '\(folder("called").path)'\nexec '\(Program.executable.path)' \"$@\"\n", to: "worker.sh")
    let process = Process()
    process.executableURL = Program.executable
    process.arguments = [
      "calibrate", "--real", "--model", "smollm2-135m-4bit-g64", "--envelope", "tiny.json", "--threads", "1",
    ]
    process.currentDirectoryURL = folder.url
    process.environment = ProcessInfo.processInfo.environment.merging([
      "RESIDENT_DB": folder("resident.sqlite").path, "RESIDENT_REGISTRY": folder("registry.json").path,
      "RESIDENT_LOCK": folder("lock").path, "RESIDENT_MODELS": folder("models").path,
      "RESIDENT_WORKER": worker.path,
    ]) { $1 }
    let files = try ["out", "err"].map { try folder.write("", to: $0) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let errors = try folder.text(of: "err")
    #expect(process.terminationStatus == 0, "\(errors)")
    #expect(folder.names.contains("called"))
    #expect(errors.contains("RESIDENT_WORKER is set"))
    #expect(try folder.text(of: "out").contains(", worker overridden by RESIDENT_WORKER"))
  }
}
