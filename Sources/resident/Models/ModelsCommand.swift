import ArgumentParser
import Checkpoint
import Foundation
import JSON

/// Model folders: make them, look into them.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Import, quantize and inspect model folders.",
    subcommands: [ImportCommand.self, QuantizeCommand.self, InspectCommand.self])
}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a GGUF file into an MLX model folder without changing a code.")

  @Argument(help: "The GGUF file.", completion: .file(extensions: ["gguf"]))
  var file: String

  @Option(help: ArgumentHelp("The folder to make; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String

  func run() throws {
    let progress = ConversionBar("importing")
    let cancellation = Cancellation()
    try ModelImporter.importGGUF(
      URL(fileURLWithPath: file), to: URL(fileURLWithPath: out), progress: progress.show,
      isCancelled: { cancellation.isRequested })
    progress.end()
    Terminal.write("imported \(file) to \(out)\n")
  }
}

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Write a model in another lane.")

  enum LaneName: String, CaseIterable, ExpressibleByArgument {
    case uniform
    case bf16
  }

  @Argument(help: "The model folder.", completion: .directory)
  var folder: String

  @Option(help: "uniform: every layer in the same bits and group; bf16: dequantized.")
  var lane: LaneName

  @Option(help: "Bits a code of the lane uniform: 2, 3, 4, 5, 6 or 8.")
  var bits = 4

  @Option(help: "Columns that share a scale, of the lane uniform: 32, 64 or 128.")
  var groupSize = 64

  @Option(help: ArgumentHelp("The folder to make; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String

  func validate() throws { _ = try chosenLane() }

  private func chosenLane() throws -> Lane {
    guard lane == .uniform else { return .bf16 }
    guard let format = QuantizationFormat(bits: bits, groupSize: groupSize) else {
      throw ValidationError("There is no affine format with \(bits) bits in groups of \(groupSize).")
    }
    return .uniform(format)
  }

  func run() throws {
    let source = try ModelFolder(contentsOf: URL(fileURLWithPath: folder))
    let progress = ConversionBar("quantizing")
    let cancellation = Cancellation()
    try source.write(
      try chosenLane(), to: URL(fileURLWithPath: out), progress: progress.show,
      isCancelled: { cancellation.isRequested })
    progress.end()
    let made = try ModelInspection(of: ModelFolder(contentsOf: URL(fileURLWithPath: out)))
    Terminal.write("wrote \(out): \(String(format: "%.2f", made.bitsPerWeight)) bits a weight\n")
  }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Describe a model folder: shape, bytes by format, hashes.")

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
