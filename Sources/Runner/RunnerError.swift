import Foundation
import Vocabulary
import WorkerProtocol

/// Why a session of measurements cannot start or go on.
public enum RunnerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownModel(ModelID, library: String, known: [ModelID])
  case sameModel(ModelID)
  case notLoaded(ModelID, WorkerFailure)
  case emptyPrompt(CellID)
  case nothingToResume
  case weightsChanged(ModelID)

  public var description: String {
    switch self {
    case .unknownModel(let id, let library, let known):
      """
      there is no model "\(id)" in \(library). Known: \
      \(known.isEmpty ? "none" : known.map(\.rawValue).joined(separator: ", ")). Import or quantize one with \
      `resident models`
      """
    case .sameModel(let id): "\(id) is the resident already: a model is not compared with itself"
    case .notLoaded(let id, let failure): "the model \(id) could not be loaded: \(failure)"
    case .emptyPrompt(let cell): "the text of the cell \(cell) gives this model no tokens"
    case .nothingToResume:
      "there is no interrupted comparison of these models under this envelope; start one without --resume"
    case .weightsChanged(let id):
      "the weights of \(id) are not those that the interrupted session measured; start a new one without --resume"
    }
  }
}
