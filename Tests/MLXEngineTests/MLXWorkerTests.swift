import Foundation
import TestSupport
import Testing
import WorkerProtocol

@testable import MLXEngine

/// The embedded Python program in a real interpreter, with empty modules in the place of mlx and mlx-lm.
///
/// `make test-mlx` runs it with the real ones, and with models.
@Suite("Worker of the mlx engine")
struct MLXWorkerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func command() throws -> WorkerCommand {
    for (path, text) in [
      ("mlx/core.py", "__version__ = '1'"), ("mlx_lm/__init__.py", "__version__ = '2'"),
      ("mlx_lm/generate.py", "generate_step = generation_stream = wired_limit = None"),
      ("mlx_lm/models/cache.py", ""), ("mlx_lm/sample_utils.py", "make_sampler = None"),
    ] { try folder.write(text + "\n", to: "modules/\(path)") }
    let modules = folder.url.appendingPathComponent("modules").path
    let script = try folder.writeProgram("#!/bin/sh\nPYTHONPATH='\(modules)' exec python3 \"$@\"\n", to: "python")
    return MLXWorker.command(try PythonInterpreter(named: script.path))
  }

  @Test("The embedded program greets with the versions of its modules")
  func greeting() async throws {
    let worker = try await WorkerProcess(command())
    #expect(worker.engine == MLXWorker.name)
    #expect(worker.version.hasPrefix("mlx-lm 2, mlx 1, python 3."))
    await worker.close()
  }

  @Test("The embedded program keeps to the protocol as far as that goes without a model")
  func requirements() async throws {
    let names = ["greeting", "not-json", "load-first", "line-limit"]
    let requirements = WorkerRequirement.all.filter { names.contains($0.name) }
    let check = WorkerCheck(try command(), model: folder.url.path, seconds: 600)
    let findings = try await check.run(requirements)
    #expect(findings.count == names.count)
    for finding in findings { #expect(finding.outcome == .met, "\(finding.requirement.name)") }
  }

  @Test("What the engine does not offer is unsupported, and a folder without a configuration is refused")
  func refusals() async throws {
    let worker = try await WorkerProcess(command())
    let reason = "the mlx engine does not answer divergence"
    await #expect(
      throws: WorkerFailure.declined(operation: "divergence", status: "unsupported", message: reason)
    ) {
      try await worker.request(.divergence(tokens: [1], file: "f"))
    }
    let path = folder.url.path
    await #expect(
      throws: WorkerFailure.refused(
        operation: "load", message: "\(path) is not a model folder: it has no config.json")
    ) {
      try await worker.request(.load(LoadOptions(model: path)))
    }
    await worker.close()
  }
}
