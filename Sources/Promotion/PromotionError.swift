import Store
import Vocabulary

/// Why a promotion cannot be decided.
public enum PromotionError: Error, Equatable, Sendable, CustomStringConvertible {
  case notAComparison(SessionNumber)
  case otherRole(asked: Role, measured: Role)

  public var description: String {
    switch self {
    case .notAComparison(let number):
      "session \(number) measured one model alone; promote takes a comparison, made by `resident compare`"
    case .otherRole(let asked, let measured):
      "the comparison was made for the role \(measured), not for \(asked); compare again for \(asked)"
    }
  }
}
