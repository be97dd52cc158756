import Measurements
import Verdicts

/// What a runner tells while it works.
public enum RunnerEvent: Sendable {
  case loading(Side, ModelID)
  case loaded(Side, ModelID, seconds: Double)
  case warmingUp(CellID)
  /// Work that is known from now on, in samples.
  case planned(total: Int, done: Int)
  case measured(Side, Sample)
  /// The evidence is enough: rounds of blocks from that one on are not measured.
  case stopped(StoppingReason, beforeRound: Int)
  /// Planned samples that will not be taken, because a tool loop ended early.
  case skipped(Int)
  /// A block is void; where another takes its place, `added` samples are planned besides.
  case voided(CellID, block: Int, reason: String, added: Int)
  /// A worker ended; a fresh one takes its place.
  case restarting(Side, reason: String)
}
