import ArgumentParser
import Checkpoint
import Foundation
import JSON

/// Makes and inspects model folders.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Import, quantize and inspect model folders.",
    subcommands: [ImportCommand.self, QuantizeCommand.self, InspectCommand.self])
}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Convert a GGUF file to an MLX model folder without changing a quantized weight.")

  @Argument(help: "The GGUF file.", completion: .file(extensions: ["gguf"]))
  var file: String

  @Option(help: ArgumentHelp("The folder to write; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String

  func run() throws {
    let progress = ConversionDisplay("importing")
    let cancellation = Cancellation()
    try ModelImporter.importGGUF(
      URL(fileURLWithPath: file), to: URL(fileURLWithPath: out), progress: progress.show,
      isCancelled: { cancellation.isRequested })
    progress.end()
    Terminal.write("imported \(file) to \(out)\n")
  }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Describe a model folder: its shape, bytes per format, hashes.")

  @Argument(help: "The model folder.", completion: .directory)
  var folder: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let folder = try ModelFolder(contentsOf: URL(fileURLWithPath: folder))
    let inspection = try ModelInspection(of: folder, manifest: try WeightManifest(of: folder))
    Terminal.write((json ? inspection.json.serialized(.pretty) : inspection.table) + "\n")
  }
}
