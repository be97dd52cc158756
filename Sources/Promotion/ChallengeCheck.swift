import Measurements
import Store

/// Finds out whether a comparison has the number that it must have, over all databases of its host.
///
/// A number was given by the registry's ledger when the comparison began, or by a database alone. The latter is right
/// where the ledger began later and knows no challenge that the database lacks; else, whoever measures into many databases
/// could choose the luckiest first challenge.
struct ChallengeCheck {
  /// What the comparison's database knows.
  let account: ChallengeAccount
  /// The challenges of the comparison's host in the ledger, of every resident.
  private let ofHost: [ChallengeRecord]
  /// Those of its resident.
  private let kept: ChallengeLedger

  init(_ account: ChallengeAccount, _ ledger: ChallengeLedger) {
    self.account = account
    ofHost = ledger.records.filter { $0.host == account.own.host }
    kept = ledger.challenges(of: account.own.resident, host: account.own.host)
  }

  /// The challenges that only the database knows, as they are taken over.
  ///
  /// - Parameter time: Seconds since 1970.
  func missing(at time: Double) -> [ChallengeRecord] {
    let known = Set(ofHost.map(\.session))
    return account.all.records.filter { !known.contains($0.session) }.map {
      var record = $0
      (record.recordedAt, record.isImported) = (time, true)
      return record
    }
  }

  /// - Parameter path: The ledger's, for messages.
  /// - Throws: `PromotionError.challengeShared`, `.challengeDiffers`, `.challengeOutdated`.
  func verify(ledger path: String) throws(PromotionError) {
    let own = account.own
    guard account.others.isEmpty else {
      throw .challengeShared(own.resident.model, number: own.number, sessions: account.others, next: next)
    }
    guard let record = ofHost.first(where: { $0.session == own.session }), !record.isImported else {
      let known = Set(account.all.records.map(\.session) + [own.session])
      guard kept.records.allSatisfy({ known.contains($0.session) }), own.recordedAt < ChallengeLedger(ofHost).beginning
      else {
        throw .challengeOutdated(own.resident.model, number: own.number, next: next, ledger: path)
      }
      return
    }
    guard record.number == own.number, record.envelope == own.envelope,
      record.resident.hasSameWeights(as: own.resident), record.candidate.hasSameWeights(as: own.candidate)
    else { throw .challengeDiffers(session: own.session, number: own.number, kept: record.number, ledger: path) }
    // The first with a number has it.
    guard kept.records.first(where: { $0.number == record.number })?.opener == record.opener else {
      throw .challengeOutdated(own.resident.model, number: own.number, next: next, ledger: path)
    }
  }

  /// The number that the next challenge of the resident gets.
  private var next: Int {
    max(ChallengeLedger(kept.records + missing(at: 0)).spent, account.all.spent) + 1
  }
}
