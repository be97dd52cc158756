import Foundation
import Measurements
import ModelRegistry
import Store

/// The edits of one registry's file, each recorded before the file is touched and after.
///
/// What a crash left between the two is settled by what the file says.
public struct RegistryLog: Sendable {
  private let store: MeasurementStore
  private let registry: RegistryFile
  /// Who asks, for the record.
  private let requester: String

  public init(store: MeasurementStore, registry: RegistryFile, requester: String) {
    self.store = store
    self.registry = registry
    self.requester = requester
  }

  /// Edits the file, with a row for each role that says so before and after.
  ///
  /// - Parameters:
  ///   - remark: Stands behind the requester's name in the record.
  ///   - check: Runs first, under the lock that keeps other deciders out; what it throws leaves everything as it was.
  /// - Returns: What `check` returns.
  func apply<Checked>(
    _ edit: RegistryEdit, kind: RegistryEditRecord.Kind, comparison: SessionNumber?, remark: String = "",
    after check: () throws -> Checked
  ) throws -> Checked {
    try registry.withDecisionLock {
      let checked = try check()
      let company = UUID().uuidString.lowercased()
      var records = edit.changes.map { change in
        RegistryEditRecord(
          id: UUID().uuidString.lowercased(), requestedAt: Date().timeIntervalSince1970, role: change.role,
          from: change.expected, to: change.replacement, comparison: comparison, requestedBy: requester + remark,
          kind: kind, state: .pending, file: filePath, edit: company, sharesModel: edit.move == .model)
      }
      for record in records { try store.record(record) }
      var failure: (any Error)?
      do {
        try registry.apply(edit)
      } catch {
        failure = error
      }
      // An edit that might not survive a power failure was made nevertheless.
      var isMade = failure == nil
      if case RegistryError.file(_, .notDurable)? = failure { isMade = true }
      for index in records.indices {
        records[index].state = isMade ? .done : .abandoned
        try store.record(records[index])
      }
      if let failure { throw failure }
      return checked
    }
  }

  /// Settles the edits of this file that a crash left pending, by what the file says, and returns them.
  ///
  /// An edit counts as done if its role means the new id. It waits for an edit that is under way.
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

  /// Takes back the role's last edit of this file that was not taken back yet, as an edit like any other.
  ///
  /// Roles that share the edited model go back together, and so do those of one edit that a policy moves together.
  ///
  /// - Parameter company: The roles that a policy moves together with this one, itself included.
  /// - Returns: What was, or for a dry run would be, changed, as a patch.
  /// - Throws: `PromotionError.nothingToRollBack`; `RegistryError.residentMoved` if the role was changed since.
  public func rollBack(_ role: Role, with company: [Role] = [], isDryRun: Bool) throws -> UnifiedDiff {
    if !isDryRun { try recover() }
    guard let last = try standing(of: role).last else { throw PromotionError.nothingToRollBack(role) }
    let company = try edits().filter {
      $0.id == last.id || $0.edit != nil && $0.edit == last.edit && (last.sharesModel || company.contains($0.role))
    }
    let edit = try RegistryEdit(
      company.map { RegistryEdit.Change(role: $0.role, expected: $0.to, replacement: $0.from) },
      move: last.sharesModel ? .model : .role)
    let proposal = try registry.proposal(for: edit)
    if !isDryRun { try apply(edit, kind: .rollback, comparison: nil) {} }
    return proposal.diff
  }

  /// The role's promotions in this file that no rollback took back, oldest first.
  private func standing(of role: Role) throws -> [RegistryEditRecord] {
    var standing: [RegistryEditRecord] = []
    for edit in try edits() where edit.role == role {
      switch edit.kind {
      case .promotion: standing.append(edit)
      case .rollback: if !standing.isEmpty { standing.removeLast() }
      }
    }
    return standing
  }

  private func edits() throws -> [RegistryEditRecord] {
    try store.registryEdits(role: nil).filter { $0.state == .done && isOfThisFile($0) }
  }

  private func pending() throws -> [RegistryEditRecord] {
    try store.registryEdits(role: nil).filter { $0.state == .pending && isOfThisFile($0) }
  }

  private func isOfThisFile(_ record: RegistryEditRecord) -> Bool { record.file == nil || record.file == filePath }

  private var filePath: String { registry.url.standardizedFileURL.path }
}
