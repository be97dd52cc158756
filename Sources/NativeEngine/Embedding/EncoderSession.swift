import CKernels
import Checkpoint
import Platform

/// An encoder with what its passes need: texts as tokens go in, the states of their tokens come out.
///
/// Not thread-safe: one caller at a time. A team of threads shares the work inside.
final class EncoderSession {
  let encoder: Encoder
  let kernels: Kernels
  let team: ThreadTeam
  let precision: ActivationPrecision
  /// Grows with the longest text: few are as long as a model allows.
  private(set) var scratch: EncoderScratch
  /// Tokens of a text at most.
  let maximumTokens: Int
  /// Tokens that texts share a chunk up to; a longer text has one of its own.
  private let chunkTokens: Int
  private let row: FloatBuffer

  /// Tokens per chunk: enough to pay for expanding the weights once, few enough to stay in the second-level cache.
  static let chunkTokens = 192

  /// - Throws: `CheckpointError` or `EngineError`.
  init(_ folder: ModelFolder, options: Session.Options, maximumTokens: Int?) throws {
    kernels = try Kernels(named: options.instructionSet)
    let encoder = try EncoderFamilies.encoder(of: folder, kernels: kernels)
    self.encoder = encoder
    let limits = [encoder.maximumTokens, maximumTokens, options.contextLength].compactMap { $0 }
    let longest = limits.min() ?? encoder.maximumTokens
    self.maximumTokens = longest
    team = ThreadTeam(size: options.threads ?? Machine.physicalCoreCount)
    precision = options.activationPrecision.forScoring
    let width = kernels.panel
    chunkTokens = (Self.chunkTokens + width - 1) / width * width
    scratch = EncoderScratch(encoder, kernels: kernels, threads: team.size, tokens: chunkTokens)
    row = FloatBuffer(encoder.config.hiddenSize)
  }

  deinit { team.close() }

  /// Runs texts through the encoder, as many together as share a chunk well: nothing is padded, and what else is among them
  /// changes no bit of a text's states.
  ///
  /// - Parameters:
  ///   - texts: At least one token each, and no more than `maximumTokens`.
  ///   - use: Gets each text's index and the states of its tokens, in any order of the texts, from several threads.
  /// - Throws: `EngineError` if a text has no or too many tokens, or an id is outside the vocabulary; nothing is computed then.
  func encode(_ texts: [[Int32]], _ use: (_ index: Int, _ states: TokenStates) -> Void) throws(EngineError) {
    for text in texts { try check(text) }
    let short = texts.indices.filter { texts[$0].count <= chunkTokens }
    let groups = PackedChunk.groups(of: short.map { texts[$0].count }, capacity: chunkTokens).map {
      $0.map { short[$0] }
    }
    let long = texts.indices.filter { texts[$0].count > chunkTokens }.map { [$0] }
    for group in groups + long { run(group, of: texts, use) }
  }

  private func check(_ text: [Int32]) throws(EngineError) {
    guard !text.isEmpty else { throw .noTokens }
    guard text.count <= maximumTokens else { throw .contextExceeded(needed: text.count, capacity: maximumTokens) }
    let vocabulary = encoder.config.vocabularySize
    if let wrong = text.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
      throw .tokenOutOfRange(Int(wrong), vocabularySize: vocabulary)
    }
  }

  private func run(
    _ group: [Int], of texts: [[Int32]], _ use: (_ index: Int, _ states: TokenStates) -> Void
  ) {
    var places: [EncodedText] = []
    var tokens = 0
    for index in group {
      places.append(EncodedText(index: index, column: tokens, count: texts[index].count))
      tokens += texts[index].count
    }
    if tokens > scratch.capacity {
      // Doubled, so that texts of growing lengths do not each make it anew.
      let room = max(tokens, min(2 * scratch.capacity, maximumTokens))
      scratch = EncoderScratch(encoder, kernels: kernels, threads: team.size, tokens: room)
    }
    let scratch = scratch
    for place in places { fill(place, texts[place.index]) }
    clear(after: tokens)
    let features = encoder.config.hiddenSize
    team.run { thread in
      EncoderPass(session: self, thread: thread, texts: places, tokens: tokens).run(encoder)
      thread.forEachTask(places.count) { task in
        use(places[task].index, TokenStates(scratch.registers, features: features, place: places[task]))
      }
    }
  }

  /// Writes the embeddings and angles of a text's tokens.
  private func fill(_ place: EncodedText, _ text: [Int32]) {
    let (features, width) = (encoder.config.hiddenSize, kernels.panel)
    for (position, token) in text.enumerated() {
      withUnsafePointer(to: encoder.embedding.matrix.matrix) {
        kernels.functions.dequantize_row($0, Int64(token), row.base)
      }
      let column = scratch.registers.place(.hidden, features: features, feature: 0, token: place.column + position)
      if encoder.positions.isEmpty {
        for feature in 0..<features { column[feature * width] = row.base[feature] * encoder.embeddingScale }
      } else {
        encoder.positions.withUnsafeBufferPointer { positions in
          for feature in 0..<features {
            column[feature * width] = row.base[feature] + positions[position * features + feature]
          }
        }
      }
    }
    for (rotary, angles) in zip(encoder.rotaries, scratch.angles) {
      for part in ChunkRun(column: place.column, position: 0, count: place.count).parts(width: width) {
        let offset = part.column / width * angles.half * width + part.column % width
        rotary.fill(
          cosine: angles.cosine.base + offset, sine: angles.sine.base + offset, position: part.position,
          count: part.count, stride: width)
      }
    }
  }

  /// The rest of the last panel is computed too: it must hold finite numbers.
  private func clear(after tokens: Int) {
    let (features, width) = (encoder.config.hiddenSize, kernels.panel)
    for token in tokens..<(tokens + width - 1) / width * width {
      let column = scratch.registers.place(.hidden, features: features, feature: 0, token: token)
      for feature in 0..<features { column[feature * width] = 0 }
    }
  }
}

/// The states of one text's tokens; a view of the session's memory, which its next text overwrites.
struct TokenStates {
  private let registers: RegisterFile
  let features: Int
  private let place: EncodedText

  init(_ registers: RegisterFile, features: Int, place: EncodedText) {
    (self.registers, self.features, self.place) = (registers, features, place)
  }

  var count: Int { place.count }

  /// Calls `body` for every feature of a token with its index and value.
  @inline(__always)
  func forEachFeature(of token: Int, _ body: (_ feature: Int, _ value: Float) -> Void) {
    let column = registers.place(.hidden, features: features, feature: 0, token: place.column + token)
    for feature in 0..<features { body(feature, column[feature * registers.width]) }
  }
}
