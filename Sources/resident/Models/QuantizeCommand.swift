import ArgumentParser
import Checkpoint
import Foundation
import JSON
import Lanes
import Platform
import Tokenization

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Write a model in another quantization lane.",
    discussion: """
      Example: resident models quantize models/model --lane uniform --bits 4 --group-size 64 --out models/model-4bit

      uniform: every layer with the same bits and group size. mixed: 8 bits for the layers whose quantization changes \
      the output most, --bits for the rest, within --target-bits. distilled: the size of uniform, tuned on calibration \
      text. mxfp4, mxfp8, nvfp4: microscaling floats. bf16: dequantized. Layers whose columns the groups do not divide \
      stay as they are, and are listed.
      """)

  enum LaneName: String, CaseIterable, ExpressibleByArgument {
    case uniform
    case mixed
    case distilled
    case mxfp4
    case mxfp8
    case nvfp4
    case bf16
  }

  @Argument(help: "The model folder.", completion: .directory)
  var folder: String

  @Option(help: "How weights are stored.")
  var lane: LaneName

  @Option(help: "Bits per code of an affine lane: 2, 3, 4, 5, 6 or 8.")
  var bits = 4

  @Option(help: "Group size of an affine lane, the weights that share a scale: 32, 64 or 128.")
  var groupSize = 64

  @Option(help: "Stored bits per weight of the lane mixed, scales included.")
  var targetBits = 5.0

  @Option(help: "Draw the 8-bit layers of the lane mixed at random by this seed, to compare with.")
  var draw: UInt64?

  @Option(
    help: ArgumentHelp("Calibration text, UTF-8. Default: the one that ships with the program.", valueName: "file"),
    completion: .file())
  var calibration: String?

  @Flag(help: "Tune the lane distilled to a source that is quantized itself, whose errors it cannot undo.")
  var fromQuantized = false

  @Option(help: "Threads that compute. Default: one per logical core.")
  var threads: Int?

  @Option(help: ArgumentHelp("The folder to write; it must not exist yet.", valueName: "dir"), completion: .directory)
  var out: String

  @OptionGroup var output: JSONOption

  func validate() throws {
    _ = try format()
    guard targetBits > 0, targetBits <= 16 else { throw ValidationError("--target-bits must be above 0, at most 16.") }
    if lane == .mixed, bits >= 8 { throw ValidationError("--bits must be below 8 for the lane mixed.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func run() throws {
    let source = try ModelFolder(contentsOf: URL(fileURLWithPath: folder))
    for warning in source.warnings { Terminal.writeError("warning: \(warning)\n") }
    let cancellation = Cancellation()
    let isCancelled = { cancellation.isRequested }
    try explainCaveats(of: source)
    switch lane {
    case .bf16: try write(.bf16, of: source, isCancelled: isCancelled)
    case .mxfp4: try write(.microscaling(.mxfp4), of: source, isCancelled: isCancelled)
    case .mxfp8: try write(.microscaling(.mxfp8), of: source, isCancelled: isCancelled)
    case .nvfp4: try write(.microscaling(.nvfp4), of: source, isCancelled: isCancelled)
    case .uniform: try write(.uniform(try format()), of: source, isCancelled: isCancelled)
    case .mixed: try writeMixed(source, isCancelled: isCancelled)
    case .distilled:
      let format = try format()
      let tuner = try LayerTuner(
        source, calibration: try calibrationText(of: source), threads: chosenThreads, isCancelled: isCancelled)
      try write(
        .distilled(format), of: source,
        quantizingBy: { path, layer, format throws(CheckpointError) in try tuner.quantize(path, layer, format) },
        isCancelled: isCancelled)
    }
  }

  /// Prints what to know of the lane, and refuses to distil what is quantized unless asked to.
  private func explainCaveats(of source: ModelFolder) throws {
    let caveats = try source.caveats(of: try previewedLane())
    for note in caveats.notes { Terminal.writeError("note: \(note)\n") }
    if lane == .distilled, !fromQuantized, !caveats.sourceFormats.isEmpty {
      throw ValidationError(
        """
        \(folder) is quantized itself (\(caveats.sourceFormats.joined(separator: ", "))): distil from the unquantized \
        model, or pass --from-quantized.
        """)
    }
  }

  /// The lane before layers are chosen for more bits.
  private func previewedLane() throws -> Lane {
    switch lane {
    case .bf16: .bf16
    case .mxfp4: .microscaling(.mxfp4)
    case .mxfp8: .microscaling(.mxfp8)
    case .nvfp4: .microscaling(.nvfp4)
    case .uniform: .uniform(try format())
    case .mixed: .mixed(QuantizationConfig(default: try format()))
    case .distilled: .distilled(try format())
    }
  }

  private func writeMixed(_ source: ModelFolder, isCancelled: () -> Bool) throws {
    let coarse = try format()
    guard let fine = QuantizationFormat(bits: 8, groupSize: groupSize) else { return }
    let progress = ConversionDisplay("measuring")
    let mixed = try MixedLane(
      source, coarse: coarse, fine: fine, targetBits: targetBits, calibration: try calibrationText(of: source),
      threads: chosenThreads, draw: draw,
      progress: { progress.show(ConversionProgress(name: $0, doneBytes: $1, totalBytes: $2)) },
      isCancelled: isCancelled)
    progress.end()
    try write(mixed.allocation.lane, evidence: mixed.evidence, of: source, isCancelled: isCancelled)
    if !output.isChosen { Terminal.write(mixed.table + "\n") }
  }

  private func write(
    _ lane: Lane, evidence: JSONValue? = nil, of source: ModelFolder,
    quantizingBy quantize: @escaping LayerQuantizer = LayerConverter.standard, isCancelled: () -> Bool
  ) throws {
    let progress = ConversionDisplay("quantizing")
    let target = URL(fileURLWithPath: out)
    try source.write(
      lane, evidence: evidence, quantizingBy: quantize, to: target, progress: progress.show, isCancelled: isCancelled)
    progress.end()
    let made = try ModelInspection(of: ModelFolder(contentsOf: target))
    if output.isChosen {
      return Terminal.write(
        result: [
          "path": .string(out), "lane": .string(self.lane.rawValue), "bits_per_weight": .number(made.bitsPerWeight),
          "bytes": .integer(made.byteCount), "evidence": evidence ?? .null,
        ])
    }
    Terminal.write("wrote \(out): \(String(format: "%.2f", made.bitsPerWeight)) bits per weight\n")
  }

  private func format() throws -> QuantizationFormat {
    guard let format = QuantizationFormat(bits: bits, groupSize: groupSize) else {
      throw ValidationError("There is no affine format with \(bits) bits in groups of \(groupSize).")
    }
    return format
  }

  private func calibrationText(of source: ModelFolder) throws -> CalibrationText {
    let tokenizer = try calibrationTokenizer(of: source)
    guard let calibration else {
      return CalibrationText(tokenizer.encode(Texts.calibration, addSpecialTokens: false))
    }
    guard let text = String(validating: try RegularFile.read(calibration), as: UTF8.self),
      !text.isEmpty
    else { throw ValidationError("\(calibration) is empty or not UTF-8.") }
    return CalibrationText(tokenizer.encode(text, addSpecialTokens: false))
  }

  private func calibrationTokenizer(of source: ModelFolder) throws -> Tokenizer {
    do throws(TokenizerError) {
      return try Tokenizer(contentsOf: source.url)
    } catch {
      guard error.isOfOtherKind else { throw error }
      let lane = lane.rawValue
      throw ValidationError(
        "\(error). The lane \(lane) measures layers over text; the lane uniform needs no tokenizer.")
    }
  }

  /// Two threads of a core share its arithmetic units, yet together they keep them busier than one.
  private var chosenThreads: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}
