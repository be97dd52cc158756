import Store
import Measurements

/// Why a promotion cannot be decided.
public enum PromotionError: Error, Equatable, Sendable, CustomStringConvertible {
  case notAComparison(SessionNumber)
  case otherRole(asked: [Role], measured: Role)
  case otherHost(measured: String, here: String)
  case nothingToRollBack(Role)

  public var description: String {
    switch self {
    case .notAComparison(let number):
      "session \(number) measured one model alone; promote takes a comparison, made by `resident compare`"
    case .otherRole(let asked, let measured):
      "the comparison was made for the role \(measured), not for \(asked.map(\.rawValue).joined(separator: ", ")); "
        + "compare again, or promote \(measured)"
    case .otherHost(let measured, let here):
      "the comparison was measured on another host (fingerprint \(measured.prefix(12)), this is \(here.prefix(12))); "
        + "measure on this host, or pass --any-host where only the registry is here"
    case .nothingToRollBack(let role): "no edit of the role \(role) is recorded; there is nothing to take back"
    }
  }
}
