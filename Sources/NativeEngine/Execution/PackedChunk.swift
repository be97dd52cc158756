import WorkerProtocol

/// Tokens of many sequences that go through the layers side by side, in the panels of one chunk.
struct PackedChunk {
  /// A token that is predicted, and its place in the batch.
  struct Target {
    let token: Int32
    let item: Int
    let continuation: Int
    /// Of the token in the continuation.
    let index: Int
  }

  private(set) var tokens: [Int32] = []
  private(set) var pieces: [ChunkPiece] = []
  /// The columns whose logits are needed, with what they predict: the end of a prompt predicts the first token of each of
  /// its continuations.
  private(set) var scored: [(column: Int, targets: [Target])] = []

  /// Adds a prompt, or what of it is not cached, and some of its continuations.
  ///
  /// - Parameters:
  ///   - place: The item's index in the batch.
  ///   - cached: How many of the prompt's tokens the sequence holds, fewer than all.
  ///   - sequence: Nil if none are cached.
  mutating func append(
    _ item: ScoreItem, at place: Int, continuations: [Int], cached: Int = 0, after sequence: CachedSequence? = nil
  ) {
    func target(_ continuation: Int, _ index: Int) -> Target {
      Target(token: item.continuations[continuation][index], item: place, continuation: continuation, index: index)
    }
    var runs = [add(item.prompt[cached...], position: cached)]
    // Position i of a sequence is predicted by the logits after position i - 1.
    scored.append((column: tokens.count - 1, targets: continuations.map { target($0, 0) }))
    for continuation in continuations where item.continuations[continuation].count > 1 {
      let run = add(item.continuations[continuation].dropLast(), position: item.prompt.count)
      runs.append(run)
      for index in 0..<run.count {
        scored.append((column: run.column + index, targets: [target(continuation, index + 1)]))
      }
    }
    pieces.append(ChunkPiece(runs: runs, sequence: sequence))
  }

  private mutating func add(_ added: ArraySlice<Int32>, position: Int) -> ChunkRun {
    defer { tokens += added }
    return ChunkRun(column: tokens.count, position: position, count: added.count)
  }

  /// Indices of sizes in groups whose sums are within the capacity: the largest first, each into the first group that has
  /// room (first-fit decreasing, Johnson 1973).
  ///
  /// - Precondition: No size exceeds the capacity.
  static func groups(of sizes: [Int], capacity: Int) -> [[Int]] {
    var groups: [(room: Int, indices: [Int])] = []
    for index in sizes.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
      if let group = groups.firstIndex(where: { $0.room >= sizes[index] }) {
        groups[group].room -= sizes[index]
        groups[group].indices.append(index)
      } else {
        groups.append((capacity - sizes[index], [index]))
      }
    }
    return groups.map(\.indices)
  }
}

/// A prompt in a chunk with continuations that see it, but not each other.
struct ChunkPiece {
  /// The prompt, or what of it is not cached; then each continuation without its last token, which predicts nothing.
  let runs: [ChunkRun]
  /// The sequence of the prompt's tokens before the first run, with room for the runs; nil if there are none before.
  let sequence: CachedSequence?
}

/// Neighbours in a chunk that are neighbours in their sequence.
struct ChunkRun {
  /// The place of the first in the chunk.
  let column: Int
  /// The position of the first in the sequence.
  let position: Int
  let count: Int

  /// The run, cut where panels of that width end.
  func parts(width: Int) -> [ChunkRun] {
    var parts: [ChunkRun] = []
    var done = 0
    while done < count {
      let taken = min(count - done, width - (column + done) % width)
      parts.append(ChunkRun(column: column + done, position: position + done, count: taken))
      done += taken
    }
    return parts
  }
}

extension ScoreItem {
  /// Tokens that go through the layers: the prompt once, and each continuation without its last token.
  var packedTokenCount: Int { continuations.reduce(prompt.count) { $0 + $1.count - 1 } }
}
