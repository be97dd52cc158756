import GRDB

extension StoreError {
  /// What is wrong with the store's file.
  public enum FileProblem: Equatable, Sendable, CustomStringConvertible {
    case notFound
    case cannotOpen
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
      case .notADatabase: "is not a database; move the file away or name another"
      case .notAStore: "is a database of another program; name another file"
      case .newerSchema(let found, let known):
        "has schema \(found), but this version knows only up to \(known); update the program"
      case .olderSchema(let found, let known):
        "has schema \(found), and this version reads \(known): `resident migrate --db` with that path adds what is missing "
          + "and changes no row; programs that know only \(found) can't use it then"
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
