import Foundation
import Store

/// Writes what a store holds as files that anyone may have: immutable, named by their content, without a trace of who
/// measured.
///
/// `data/` has a file for each model of each complete session, one row a measurement; `raw/` has a file for each
/// complete session, from which `Evidence` can be rebuilt; `verdicts/` has a file for each verdict about one.
public struct DatasetExporter: Sendable {
  let store: MeasurementStore
  let folder: URL
  let gitRevision: String
  let trigger: String
  let redactor: Redactor

  /// - Parameters:
  ///   - gitRevision: The revision of the program that exports, in hexadecimal digits, or `unknown`.
  ///   - trigger: What started it, such as `manual` or `schedule`.
  ///   - identity: What must not leave this machine.
  public init(
    store: MeasurementStore, folder: URL, gitRevision: String, trigger: String, identity: LocalIdentity = .current
  ) {
    self.store = store
    self.folder = folder
    self.gitRevision = gitRevision
    self.trigger = trigger
    redactor = Redactor(identity: identity)
  }
}
