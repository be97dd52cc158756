import Foundation
import ModelRegistry
import Store
import Measurements

extension Promoter {
  /// Edits the file, with a row for each role that says so before and after.
  func apply(
    _ edit: RegistryEdit, kind: RegistryEditRecord.Kind, comparison: SessionNumber?, requestedBy: String
  ) throws {
    try registry.withDecisionLock {
      var records = edit.changes.map { change in
        RegistryEditRecord(
          id: UUID().uuidString.lowercased(), requestedAt: Date().timeIntervalSince1970, role: change.role,
          from: change.expected, to: change.replacement, comparison: comparison, requestedBy: requestedBy, kind: kind,
          state: .pending, file: filePath)
      }
      for record in records { try store.record(record) }
      var failure: (any Error)?
      do {
        try registry.apply(edit)
      } catch {
        failure = error
      }
      for index in records.indices {
        records[index].state = failure == nil ? .done : .abandoned
        try store.record(records[index])
      }
      if let failure { throw failure }
    }
  }

  /// Settles the edits of this file that a crash left pending, by what the file says, and gives them.
  ///
  /// An edit counts as done where its role means the new id. Whoever is at an edit right now is waited for.
  ///
  /// - Throws: `StoreError`, `RegistryError`.
  @discardableResult
  public func recover() throws -> [RegistryEditRecord] {
    guard try !pending().isEmpty else { return [] }
    return try registry.withDecisionLock {
      try pending().map { record in
        var record = record
        record.state = (try? registry.resident(of: record.role)) == record.to ? .done : .abandoned
        try store.record(record)
        return record
      }
    }
  }

  /// Takes the role's last edit of this file back, as an edit like any other.
  ///
  /// - Returns: What was, or for a dry run would be, changed, as a patch.
  /// - Throws: `PromotionError.nothingToRollBack`; `RegistryError.residentMoved` where the role was changed since.
  public func rollBack(_ role: Role, isDryRun: Bool) throws -> UnifiedDiff {
    try recover()
    let last = try store.registryEdits(role: role).last { $0.state == .done && isOfThisFile($0) }
    guard let last else { throw PromotionError.nothingToRollBack(role) }
    let edit = try RegistryEdit(role: role, expected: last.to, replacement: last.from)
    let diff = try registry.preview(edit)
    if !isDryRun { try apply(edit, kind: .rollback, comparison: nil, requestedBy: requester) }
    return diff
  }

  private func pending() throws -> [RegistryEditRecord] {
    try store.registryEdits(role: nil).filter { $0.state == .pending && isOfThisFile($0) }
  }

  private func isOfThisFile(_ record: RegistryEditRecord) -> Bool { record.file == nil || record.file == filePath }

  private var filePath: String { registry.url.standardizedFileURL.path }
}
