import Foundation
import TestSupport
import Testing

@testable import MLXEngine

/// Shell scripts in the place of interpreters.
@Suite("Python interpreter of the mlx engine")
struct PythonInterpreterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func interpreter(_ name: String, _ script: String = "exit 0") throws -> URL {
    try folder.writeProgram("#!/bin/sh\n\(script)\n", to: name)
  }

  private func find(named name: String? = nil, _ environment: [String: String] = [:]) throws -> String {
    try PythonInterpreter(named: name, environment: environment, folder: folder.url).executable
      .standardizedFileURL.path
  }

  @Test("The option goes before the environment variable, and that before the project's environments")
  func order() throws {
    let (dot, state) = (try interpreter(".venv/bin/python"), try interpreter(".resident/venv/bin/python"))
    let (named, variable) = (try interpreter("named"), try interpreter("variable"))
    #expect(try find() == state.path)
    try FileManager.default.removeItem(at: state)
    #expect(try find() == dot.path)
    #expect(try find(["RESIDENT_PYTHON": variable.path]) == variable.path)
    #expect(try find(named: named.path, ["RESIDENT_PYTHON": variable.path]) == named.path)
    #expect(try find(named: "named", ["PATH": folder.url.path]) == named.path)
  }

  @Test("If there is none, the error has the command that makes one")
  func missing() throws {
    #expect(throws: MLXError.none) { try find() }
    #expect(throws: MLXError.missing("/no/python")) { try find(named: "/no/python") }
    #expect(MLXError.none.description.contains("python3 -m venv .resident/venv && "))
  }

  @Test("What the interpreter offers is read from its own answer")
  func checking() throws {
    let answer = #"{"python": "3.12.1", "mlx.core": "0.32.4", "mlx_lm": "0.32.2", "device": "Device(gpu, 0)"}"#
    let url = try interpreter("python", "echo a library talks; echo '\(answer)'")
    let environment = try MLXEnvironment(checking: PythonInterpreter(named: url.path))
    #expect(
      [environment.mlxVersion, environment.mlxLMVersion, environment.device] == ["0.32.4", "0.32.2", "Device(gpu, 0)"])
  }

  @Test("A module that cannot be imported is named with the command that installs it")
  func withoutModule() throws {
    let answer = #"{"python": "3.12.1", "failed": "mlx.core", "reason": "ModuleNotFoundError: No module"}"#
    let url = try interpreter("python", "echo '\(answer)'")
    #expect {
      _ = try MLXEnvironment(checking: PythonInterpreter(named: url.path))
    } throws: { error in
      let text = String(describing: error)
      return text.contains("mlx.core") && text.contains("\(url.path) -m pip install")
    }
  }
}
