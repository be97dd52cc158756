import GRDB
import Measurements

/// Why the store did not do what it was asked to; nothing of a refused operation is kept.
public enum StoreError: Error, Equatable, Sendable {
  /// The file could not be used.
  case file(path: String, FileProblem)
  case unknownSession(SessionNumber)
  case unknownRun(RunNumber)
  /// A session of that UUID is in the store already.
  case sessionExists(uuid: String)
  /// The envelope that was handed over is not the one that the session names.
  case envelopeMismatch(stated: EnvelopeHash, actual: EnvelopeHash)
  /// The store knows another host by that fingerprint.
  case hostMismatch(fingerprint: String)
  /// A value that no measurement can have.
  case invalidValue(of: String, problem: String)
  /// Only a running session takes measurements.
  case notRunning(SessionNumber, MeasurementSession.State)
  case cannotChangeState(SessionNumber, from: MeasurementSession.State, to: MeasurementSession.State)
  /// The run is not of the session's model or side, or differs from the run that it would continue.
  case runMismatch(SessionNumber, Side?, difference: String)
  /// The place was measured before, on that side of that session.
  case sampleExists(SessionNumber, Sample.Place)
  /// A session of one model has no other to compare with.
  case notAComparison(SessionNumber)
  case noSamples(SessionNumber, Side)
  /// The registry edit was recorded differently, or its outcome is final.
  case editConflict(id: String)
  case cannotSetAside(SessionNumber, String)
  /// It is not set aside.
  case cannotRestore(SessionNumber)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let path, let problem): "the measurement store \(path) \(problem)"
    case .unknownSession(let number): "there is no session \(number) in the store; `resident sessions` lists them"
    case .unknownRun(let number): "there is no run \(number) in the store"
    case .sessionExists(let uuid): "the store has a session \(uuid) already"
    case .envelopeMismatch(let stated, let actual):
      "the session names the envelope \(stated.short), but the one given is \(actual.short)"
    case .hostMismatch(let fingerprint):
      "the store knows another host by the fingerprint \(fingerprint.prefix(12)); compute it anew over all its fields"
    case .invalidValue(let name, let problem): "\(name) \(problem)"
    case .notRunning(let number, let state):
      "session \(number) is \(state.rawValue) and takes no measurements"
        + (state == .interrupted ? "; resume it first" : "")
    case .cannotChangeState(let number, let from, let to):
      "session \(number) is \(from.rawValue) and cannot become \(to.rawValue)"
    case .runMismatch(let number, let side, let difference):
      "the run of the \(side.name) does not belong to session \(number): \(difference)"
    case .sampleExists(let number, let place):
      "session \(number) has a sample of cell \(place.cell), block \(place.block), repetition \(place.repetition)"
        + (place.item.map { ", item \($0)" } ?? "") + " already; samples are never replaced"
    case .notAComparison(let number): "session \(number) measured one model and compares nothing"
    case .noSamples(let number, let side): "session \(number) has no samples of its \(side.rawValue)"
    case .editConflict(let id): "the registry edit \(id) is recorded with another content or a final outcome"
    case .cannotSetAside(let number, let problem): "session \(number) cannot be set aside: \(problem)"
    case .cannotRestore(let number): "session \(number) is not set aside; there is nothing to restore"
    }
  }
}

extension Side? {
  fileprivate var name: String { self?.rawValue ?? "model" }
}

extension StoreError {
  /// What is wrong with the store's file.
  public enum FileProblem: Equatable, Sendable, CustomStringConvertible {
    case notFound
    case cannotOpen
    /// A named pipe, a device or a folder; in words.
    case notAFile(kind: String)
    /// Its volume cannot be written, and its log holds what was committed last.
    case unreadableLog
    /// The bytes are not those of an SQLite database.
    case notADatabase
    /// An SQLite database of another program.
    case notAStore
    /// A later version of the program made it.
    case newerSchema(found: Int, known: Int)
    /// It must be opened for writing once, so that it is brought up to date.
    case olderSchema(found: Int, known: Int)
    /// Another process kept it locked for longer than the store waits.
    case locked
    /// What was committed before is whole.
    case diskFull
    /// It was opened for reading, or the file or its volume allows no more.
    case readOnly
    case damaged(reason: String)
    case failed(reason: String)

    public var description: String {
      switch self {
      case .notFound: "does not exist; a comparison creates it"
      case .cannotOpen: "cannot be opened; check that it is a file and that this user may use it and its folder"
      case .notAFile(let kind): "is \(kind), no regular file; name another"
      case .unreadableLog:
        "has commits in its log (-wal), which cannot be read where nothing can be written; copy the database and its log to "
          + "another volume and read them there"
      case .notADatabase: "is not a database; move the file away or name another"
      case .notAStore: "is a database of another program; name another file"
      case .newerSchema(let found, let known):
        "has schema \(found), but this version knows only up to \(known); update the program"
      case .olderSchema(let found, let known):
        "has schema \(found), and this version reads \(known): `resident migrate --db` with that path brings it up to "
          + "date and keeps every measurement; programs that know only \(found) can't use it then"
      case .locked: "is locked by another process; try again when that has ended"
      case .diskFull: "could not grow because the disk is full; free some space and resume: nothing committed is lost"
      case .readOnly: "cannot be written: it was opened for reading only, or the file is read-only"
      case .damaged(let reason): "is damaged (\(reason)); restore it from a backup"
      case .failed(let reason): "failed: \(reason)"
      }
    }
  }

  /// The error that one thrown within a database access means.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError: self = .file(path: path, FileProblem(error))
    case is RowDecodingError: self = .file(path: path, .damaged(reason: "a row has a value of another type"))
    default: self = .file(path: path, .failed(reason: "\(error)"))
    }
  }
}

extension StoreError.FileProblem {
  init(_ error: DatabaseError) {
    switch (error.resultCode, error.extendedResultCode) {
    case (.SQLITE_NOTADB, _): self = .notADatabase
    case (.SQLITE_CORRUPT, _): self = .damaged(reason: error.message ?? "corrupt")
    case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _): self = .locked
    // The shared memory file could not be enlarged.
    case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_SHMSIZE): self = .diskFull
    case (.SQLITE_READONLY, _): self = .readOnly
    case (.SQLITE_CANTOPEN, _), (.SQLITE_PERM, _), (.SQLITE_AUTH, _): self = .cannotOpen
    default: self = .failed(reason: error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }
  }
}
