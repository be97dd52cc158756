import Envelopes
import Measurements
import Platform

/// Both models freshly loaded, then a block of every throughput cell and every replay.
public struct ScheduledRound: Sendable, Equatable {
  /// From 0; also the number of its blocks.
  public var number: Int
  /// The order in which the models are loaded.
  public var loadingOrder: [Side]
  /// Of throughput cells.
  public var blocks: [ScheduledBlock]
  /// After the blocks, each once by every model.
  public var replays: [ToolLoopCell]
  /// After those, the requests of each cell by every model.
  public var embedding: [EmbeddingCell] = []

  /// In the order in which they are measured.
  var cells: [CellID] { blocks.map(\.cell.id) + replays.map(\.id) + embedding.map(\.id) }
}

/// The order in which rounds are measured: a function of the session's seed, the round and the cell only, so that a
/// resumed session draws the same.
///
/// A draw decides which model goes first, and the next turn of the same kind is its mirror image. So over the rounds 0 and
/// 1, 2 and 3, and so on each model is loaded first once and begins the block of each cell once.
public struct RoundSchedule: Sendable {
  let envelope: Envelope
  let sides: [Side]
  let seed: UInt64

  /// - Parameter seed: The session's: see ``seed(ofSession:envelopeSeed:)``.
  public init(_ envelope: Envelope, sides: [Side], seed: UInt64) {
    self.envelope = envelope
    self.sides = sides
    self.seed = seed
  }

  /// The seed of a new session: the first output of SplitMix64 from the FNV-1a hash of its UUID's text, XOR the seed of
  /// the envelope.
  public static func seed(ofSession uuid: String, envelopeSeed: UInt64) -> UInt64 {
    var generator = SplitMix64(for: uuid, seed: envelopeSeed)
    return generator.next()
  }

  /// Rounds, not counting those in place of void ones; a model that runs alone is not judged, so the fewest are enough.
  public var plannedCount: Int {
    guard !cells.isEmpty else { return 0 }
    return sides.count == 2 ? envelope.plan.blocks : envelope.plan.minimumBlocks
  }

  /// The cells that each round measures.
  var cells: [CellID] { envelope.throughput.map(\.id) + replays.map(\.id) + envelope.embedding.map(\.id) }

  /// Two requests of each model per throughput cell, a whole one and one in slices or two whole ones, and each model's
  /// turns of every replay.
  var samplesPerRound: Int { cells.reduce(0) { $0 + samples(of: $1) } }

  /// Of a cell in one round.
  func samples(of cell: CellID) -> Int {
    let turns =
      replays.first { $0.id == cell }?.trace.rounds.count ?? envelope.embedding.first { $0.id == cell }?.turns
    return sides.count * (turns ?? 2)
  }

  private var replays: [ToolLoopCell] { envelope.toolLoops.filter { $0.mode == .replay } }

  public func round(_ number: Int) -> ScheduledRound {
    var generator = SplitMix64(for: "cells \(number)", seed: seed)
    var blocks = generator.shuffled(envelope.throughput).map { cell in
      let first = order(of: "blocks", cell.id, number)
      return ScheduledBlock(cell: cell, block: number, order: first + first.reversed())
    }
    if !blocks.isEmpty { blocks[0].isFirstOfRound = true }
    var replayGenerator = SplitMix64(for: "replays \(number)", seed: seed)
    return ScheduledRound(
      number: number, loadingOrder: order(of: "loading", "", number), blocks: blocks,
      replays: replayGenerator.shuffled(replays), embedding: envelope.embedding)
  }

  /// The turns of the models within the slices of a block, or within the turns of a replay.
  public func sliceTurns(of cell: CellID, round: Int) -> SliceTurns {
    SliceTurns(SplitMix64(for: "slices \(cell) \(round)", seed: seed))
  }

  private func order(of purpose: String, _ cell: CellID, _ round: Int) -> [Side] {
    guard sides.count == 2 else { return sides }
    var generator = SplitMix64(for: "\(purpose) \(cell) \(round / 2)", seed: seed)
    let isResidentFirst = (generator.nextIndex(below: 2) == 0) == round.isMultiple(of: 2)
    return isResidentFirst ? [.resident, .candidate] : [.candidate, .resident]
  }
}

/// The orders of the pairs of slices of a block, or of the pairs of turns of a replay: drawn for the first of each two pairs, mirrored for the second.
public struct SliceTurns: Sendable {
  private var generator: SplitMix64
  private var mirrored: [Side]?

  init(_ generator: SplitMix64) { self.generator = generator }

  /// The order of the next pair.
  public mutating func next() -> [Side] {
    if let mirrored {
      self.mirrored = nil
      return mirrored
    }
    let first: Side = generator.nextIndex(below: 2) == 0 ? .resident : .candidate
    mirrored = [first.other, first]
    return [first, first.other]
  }
}

extension SplitMix64 {
  /// A generator for one purpose of a seed, so that what one purpose draws moves no draw of another.
  ///
  /// Its state is the seed XOR the 64-bit FNV-1a hash of the purpose's UTF-8. (G. Fowler, L. C. Noll, K.-P. Vo and
  /// D. Eastlake, *The FNV Non-Cryptographic Hash Algorithm*.)
  fileprivate init(for purpose: String, seed: UInt64) {
    let hash = purpose.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    self.init(seed: hash ^ seed)
  }
}
