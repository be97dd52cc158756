import Envelopes
import Measurements
import Store

/// Why a promotion cannot be decided.
public enum PromotionError: Error, Equatable, Sendable, CustomStringConvertible {
  case notAComparison(SessionNumber)
  case otherRole(asked: [Role], measured: Role)
  case otherHost(measured: String, here: String)
  /// It was merged from a dataset that the policy does not trust.
  case imported(SessionNumber, ImportSource, host: String, policy: String)
  case setAside(SessionNumber, why: String)
  /// Earlier comparisons of the same challenge were set aside, so that the evidence was chosen after it was seen.
  case challengeSetAside(SessionNumber, [SessionNumber])
  /// The same two models were compared again since, with another outcome.
  case superseded(SessionNumber, by: String, outcome: String)
  case nothingToRollBack(Role)
  /// No finished comparison was made for a role here.
  case nothingToPromote
  /// A comparison without a role, and none was given.
  case roleMissing
  /// Roles would move with the model that the comparison says nothing about.
  case movesUncovered([Role], with: [Role])
  /// The registry's owner asks for something that the comparison lacks; the role is nil if it is for all.
  case policyForbids(Role?, String, policy: String)
  /// What the policy asks for, or the sentinel says, changed during the promotion.
  case policyChanged(String)
  /// The registry's policy does not let that envelope decide the role.
  case envelopeNotAllowed(Role, EnvelopeHash, policy: String)
  /// Without a policy, the envelope is too weak to decide the role.
  case envelopeTooWeak(Role, EnvelopeHash, String)
  /// Two challenges of the resident have the comparison's number, as databases that were counted apart have.
  case challengeShared(ModelID, number: Int, sessions: [String], next: Int)
  /// The comparison was counted without challenges that are in the registry's ledger.
  case challengeOutdated(ModelID, number: Int, next: Int, ledger: String)
  /// The ledger has another number or other models for the comparison than the database.
  case challengeDiffers(session: String, number: Int, kept: Int, ledger: String)
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
    case .imported(let number, let source, let host, let policy):
      "comparison \(number) (\(source)) decides nothing: an import counts only if \(policy) lists its host "
        + "(\(host.prefix(12))) among its \"hosts\" and the key that signed it among its \"keys\""
    case .setAside(let number, let why):
      "comparison \(number) was set aside (\(why)) and decides nothing; `resident sessions restore \(number)` takes it back"
    case .challengeSetAside(let number, let sessions):
      "comparison \(number) went on with \(sessions.map(\.description).joined(separator: ", ")), set aside since: what is left "
        + "was chosen after it was seen. Compare again, which is another challenge, or restore what was set aside"
    case .superseded(let number, let later, let outcome):
      "comparison \(number) is not the last word on its models: a later one under the same envelope (\(later)) came to "
        + "\(outcome). Compare again, or set the later one aside if it was not sound"
    case .nothingToRollBack(let role):
      "no edit of the role \(role) is recorded that was not taken back; there is nothing to take back"
    case .nothingToPromote:
      "there is no finished comparison here that was made for a role; make one by `resident compare MODEL --role ROLE`"
    case .roleMissing: "the comparison was made for no role; say by --role which one the candidate is to have"
    case .movesUncovered(let roles, let company):
      "\(roles.map(\.rawValue).joined(separator: ", ")) would move with "
        + "\(company.map(\.rawValue).joined(separator: ", ")), and the comparison says nothing about them: pin its "
        + "envelope to them in the policy, name them by --also, or leave --move model out"
    case .policyForbids(let role, let problem, let policy):
      "\(policy) forbids the promotion\(role.map { " of the role \($0)" } ?? ""): \(problem)"
    case .policyChanged(let policy):
      "\(policy) or the host's sentinel changed during the promotion; nothing was changed: ask again"
    case .envelopeNotAllowed(let role, let envelope, let policy):
      "\(policy) does not let the envelope \(envelope) decide the role \(role); if it should, "
        + "`resident registry allow \(role) FILE` with that envelope's file adds it"
    case .envelopeTooWeak(let role, let envelope, let problem):
      "the envelope \(envelope) may not decide the role \(role) where no policy pins envelopes: \(problem). If it should "
        + "decide, `resident registry allow \(role) FILE` with that envelope's file allows it"
    case .challengeShared(let resident, let number, let sessions, let next):
      "challenge \(number) of \(resident) is more than one comparison: \(sessions.joined(separator: ", ")) had the number "
        + "in another database. Compare again: the comparison gets number \(next)"
    case .challengeOutdated(let resident, let number, let next, let ledger):
      "the comparison was counted as challenge \(number) of \(resident), but not with the other challenges on this host "
        + "that \(ledger) has. Compare again with this registry: the comparison gets number \(next)"
    case .challengeDiffers(let session, let number, let kept, let ledger):
      "\(ledger) has the session \(session) as challenge \(kept), the database as challenge \(number), or their models "
        + "differ: one of them was changed since. Restore it from a backup, or compare again"
    case .folderMissing(let model):
      "\(model) was measured, but this machine has no folder of it any more; put its files back, or name the library "
        + "that has them by --models"
    case .filesDiffer(let model, let file, let change):
      "\(model) is not what was measured: \(file) was \(change.rawValue) since; put the measured files back, or compare "
        + "again"
    }
  }
}
