import ArgumentParser
import Checkpoint
import Foundation
import JSON
import Measurements
import NativeEngine
import Runner
import Tokenization

/// Makes and inspects model folders.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List, add, import, quantize and inspect models.",
    subcommands: [
      ModelsListCommand.self, ModelsAddCommand.self, ImportCommand.self, QuantizeCommand.self, InspectCommand.self,
    ])
}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Convert a GGUF file to an MLX model folder without changing a quantized weight.",
    discussion: """
      Example: resident models import model.Q4_0.gguf --out models/model

      What no MLX format holds exactly (Q6_K) is rounded to bfloat16. --explain says so, tensor by tensor; without --out \
      it is all that happens.
      """)

  @Argument(help: "The GGUF file.", completion: .file(extensions: ["gguf"]))
  var file: String

  @Flag(help: "Print what becomes of each tensor.")
  var explain = false

  @Option(help: ArgumentHelp("The folder to write; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String?

  @OptionGroup var output: JSONOption

  func validate() throws {
    guard explain || out != nil else { throw ValidationError("Give --out, --explain or both.") }
  }

  func run() throws {
    let source = URL(fileURLWithPath: file)
    guard let out else { return show(try ModelImporter.explainGGUF(source), at: nil) }
    var tensors: [ImportedTensor] = []
    let progress = ConversionDisplay("importing")
    let cancellation = Cancellation()
    try ModelImporter.importGGUF(
      source, to: URL(fileURLWithPath: out), explain: { tensors = $0 }, progress: progress.show,
      isCancelled: { cancellation.isRequested })
    progress.end()
    show(tensors, at: out)
  }

  /// - Parameter out: The folder that was written; nil if none was.
  private func show(_ tensors: [ImportedTensor], at out: String?) {
    if output.isChosen {
      return Terminal.write(
        result: [
          "file": .string(file), "path": .init(out), "tensors": .array(tensors.map { .string("\($0)") }),
        ])
    }
    if explain { Terminal.write(tensors.map { "\($0)\n" }.joined()) }
    if let out { Terminal.write("imported \(file) to \(out)\n") }
  }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Describe a model folder or a GGUF file: its shape, bytes per format, hashes.",
    discussion: """
      Example: resident models inspect qwen3-4b

      Folders that cannot be loaded, and families that the native engine does not run, are described too, with the \
      reason.
      """)

  @Argument(
    help: "A model folder, a model id of the library, or a GGUF file.", completion: .file(extensions: ["gguf"]))
  var model: String

  @OptionGroup var library: LibraryOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    if model.lowercased().hasSuffix(".gguf") {
      let file = try GGUFInspection(contentsOf: URL(fileURLWithPath: model))
      return json ? Terminal.write(result: file.json) : Terminal.write(file.text)
    }
    // A folder that is no model is described too, with what it lacks.
    let known = library.library.place(of: ModelID(rawValue: model))
    let isKnown = known.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
    let isPath = FileManager.default.fileExists(atPath: model)
    let url = isPath || !isKnown ? URL(fileURLWithPath: model) : known ?? URL(fileURLWithPath: model)
    let cancellation = Cancellation()
    var inspection = try ModelInspection(contentsOf: url, hashes: true, isCancelled: { cancellation.isRequested })
    for reason in Self.refusals(of: url) { inspection.add(problem: reason) }
    json ? Terminal.write(result: inspection.json) : Terminal.write(inspection.table + "\n")
  }

  /// Why the native engine and its tokenizer do not take a folder that can be opened.
  private static func refusals(of url: URL) -> [String] {
    guard let folder = try? ModelFolder(contentsOf: url) else { return [] }
    let checks: [() throws -> Void] = [
      { try Families.check(folder) },
      { _ = try Tokenizer(contentsOf: url) },
    ]
    return checks.compactMap { check -> String? in
      do {
        try check()
        return nil
      } catch {
        guard let error = error as? TokenizerError, error.isOfOtherKind else { return "\(error)" }
        return "\(error); without it the folder can be quantized in a uniform lane and measured through an endpoint"
      }
    }
  }
}
