import Foundation
import Measurements
import Platform
import Store
import WorkerProtocol

/// Why a session of measurements cannot start or go on.
public enum RunnerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownModel(ModelID, library: String, known: [ModelID])
  /// Its place in the library holds GGUF files and no model folder.
  case onlyGGUF(ModelID, files: [String])
  case sameModel(ModelID)
  /// Both models have the same tensors, whatever they are called.
  case sameWeights(resident: ModelID, candidate: ModelID, WeightsHash)
  case notLoaded(ModelID, WorkerFailure)
  case nothingToResume
  /// The model and its cache do not fit, so it was not loaded; the session records that.
  case capacityGated(ModelID, reason: String, session: SessionNumber)
  /// Files of the model were replaced after it was loaded.
  case filesReplaced(ModelID, files: [String])
  /// A worker could not go on reading the model's files, which look as they did before.
  case filesUnreadable(ModelID, WorkerFailure)
  /// The engine keeps prompts and says nothing of it.
  case silentCache(ModelID, CacheTiming, promptTokens: Int)
  /// Even the requests that are timed are served from the engine's cache.
  case timedRequestsAreKept(ModelID, CacheTiming, promptTokens: Int)
  /// Turns reuse the cache of an engine that does not say what it keeps.
  case unprovenTurns(ModelID, [CellID])
  /// The machine did not become quiet within that many minutes.
  case machineBusy(minutes: Double, MachineActivity)

  private static let aboutGGUF = """
    `resident models import` makes an MLX folder of a decoder's GGUF file; an embedding model's is not imported: name one with \
    safetensors and modules.json in its place, which `resident models add` takes as it is published
    """

  public var description: String {
    switch self {
    case .unknownModel(let id, let library, let known):
      """
      there is no model "\(id)" in \(library). Known: \
      \(known.isEmpty ? "none" : known.map(\.rawValue).joined(separator: ", ")). Import or quantize one with \
      `resident models`
      """ + (id.rawValue.lowercased().contains("gguf") ? ". \(Self.aboutGGUF)" : "")
    case .onlyGGUF(let id, let files):
      "\(id) has no MLX build: its place in the library holds only \(files.joined(separator: ", ")). \(Self.aboutGGUF)"
    case .sameModel(let id): "\(id) is the resident already: a model is not compared with itself"
    case .sameWeights(let resident, let candidate, let hash):
      """
      \(candidate) has the weights of the resident \(resident) (\(hash.short)), so nothing it does can differ: nothing was \
      measured. Compare the resident with other weights, or see the noise of this machine with `resident calibrate --real`
      """
    case .notLoaded(let id, let failure): "the model \(id) could not be loaded: \(failure)"
    case .nothingToResume:
      """
      there is no interrupted comparison of these models under this envelope, for this role and environment class; start \
      one without --resume
      """
    case .capacityGated(let id, let reason, let session):
      "\(id) is capacity_gated: \(reason). Session \(session) records it"
    case .silentCache(let id, let timing, let tokens):
      """
      what serves \(id) keeps prompts and does not say so: a repeated prompt of \(tokens) tokens takes \(timing.text), and \
      no cached tokens were reported. Nothing was measured. Turn its cache off (llama-server --no-cache-prompt, vLLM \
      --no-enable-prefix-caching, SGLang --disable-radix-cache, mlx_lm.server --prompt-cache-size 0), or declare it by \
      --keeps-prompts: then every timed prompt begins as none before it
      """
    case .timedRequestsAreKept(let id, let timing, let tokens):
      """
      what serves \(id) keeps even prompts that begin as none before them: a request as it is timed, of \(tokens) tokens, \
      takes \(timing.text). Nothing was measured, since no request to it is known to be cold. Turn its cache off
      """
    case .unprovenTurns(let id, let cells):
      """
      what serves \(id) keeps prompts and does not say how many tokens of each, so the turns of \
      \(cells.map(\.rawValue).joined(separator: ", ")) would be timed in an unknown state of its cache. Nothing was \
      measured. Turn its cache off, or use an envelope without these cells
      """
    case .machineBusy(let minutes, let activity):
      """
      the machine did not become quiet within \(minutes.formatted()) min, and nothing was measured: \(activity.text). End \
      what runs, wait longer, or measure without --wait-quiet, which takes more rounds
      """
    case .filesUnreadable(let id, let failure):
      """
      files of \(id) could not be read while they were measured, which says nothing about the model: \(failure). The block \
      is void and the session interrupted
      """
    case .filesReplaced(let id, let files):
      """
      \(files.joined(separator: ", ")) of \(id) changed after the model was loaded: what was measured since proves nothing. \
      The block is void and the session interrupted; start a new one without --resume
      """
    }
  }
}
