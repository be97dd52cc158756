import ArgumentParser
import Checkpoint
import Foundation
import JSON

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Write a model in another lane.")

  enum LaneName: String, CaseIterable, ExpressibleByArgument {
    case uniform
    case mxfp4
    case mxfp8
    case nvfp4
    case bf16
  }

  @Argument(help: "The model folder.", completion: .directory)
  var folder: String

  @Option(
    help:
      "uniform: every layer in the same bits and group; mxfp4, mxfp8, nvfp4: microscaling floats; bf16: dequantized.")
  var lane: LaneName

  @Option(help: "Bits a code of the lane uniform: 2, 3, 4, 5, 6 or 8.")
  var bits = 4

  @Option(help: "Columns that share a scale, of the lane uniform: 32, 64 or 128.")
  var groupSize = 64

  @Option(help: ArgumentHelp("The folder to make; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String

  func validate() throws { _ = try chosenLane() }

  private func chosenLane() throws -> Lane {
    switch lane {
    case .bf16: return .bf16
    case .mxfp4: return .microscaling(.mxfp4)
    case .mxfp8: return .microscaling(.mxfp8)
    case .nvfp4: return .microscaling(.nvfp4)
    case .uniform:
      guard let format = QuantizationFormat(bits: bits, groupSize: groupSize) else {
        throw ValidationError("There is no affine format with \(bits) bits in groups of \(groupSize).")
      }
      return .uniform(format)
    }
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
