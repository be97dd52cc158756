import Measurements
import Store

/// Why a promotion cannot be decided.
public enum PromotionError: Error, Equatable, Sendable, CustomStringConvertible {
  case notAComparison(SessionNumber)
  case otherRole(asked: [Role], measured: Role)
  case otherHost(measured: String, here: String)
  case nothingToRollBack(Role)
  /// The registry's policy does not let that envelope decide the role.
  case envelopeNotAllowed(Role, EnvelopeHash, policy: String)
  /// A model was measured from a folder that this machine does not have.
  case folderMissing(ModelID)
  /// A file of the model's folder is not the one that was measured.
  case filesDiffer(ModelID, file: String, FileChange)

  /// What became of a file since it was measured.
  public enum FileChange: String, Sendable {
    case changed
    case removed
    case added
  }

  public var description: String {
    switch self {
    case .notAComparison(let number):
      "session \(number) measured one model alone; promote takes a comparison, made by `resident compare`"
    case .otherRole(let asked, let measured):
      "the comparison was made for the role \(measured), not for \(asked.map(\.rawValue).joined(separator: ", ")); "
        + "compare again, or promote \(measured)"
    case .otherHost(let measured, let here):
      "the comparison was measured on another host (fingerprint \(measured.prefix(12)), this is \(here.prefix(12))); "
        + "measure on this host, or pass --any-host where the registry and the same files of the models are here"
    case .nothingToRollBack(let role): "no edit of the role \(role) is recorded; there is nothing to take back"
    case .envelopeNotAllowed(let role, let envelope, let policy):
      "\(policy) does not let the envelope \(envelope) decide the role \(role); if it should, "
        + "`resident registry allow \(role) FILE` with that envelope's file adds it"
    case .folderMissing(let model):
      "\(model) was measured, but this machine has no folder of it any more; put its files back, or name the library "
        + "that has them by --models"
    case .filesDiffer(let model, let file, let change):
      "\(model) is not what was measured: \(file) was \(change.rawValue) since; put the measured files back, or compare "
        + "again"
    }
  }
}
