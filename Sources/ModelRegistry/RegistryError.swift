import Foundation
import JSON
import Measurements
import Platform

/// Why a registry, or a source file that generates one, can't be read, resolved or edited.
public enum RegistryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's text is not what it should be.
  case content(path: String, ContentProblem)
  /// The file system refused.
  case file(path: String, FileProblem)
  /// Neither a role nor a model id of the registry.
  case unknownName(String, path: String, roles: [Role], ids: [ModelID])
  /// The text assigns nothing to the role.
  case unknownRole(Role, path: String, known: [Role])
  /// The role no longer means the id that was measured.
  case residentMoved(Role, expected: ModelID, found: ModelID)
  /// The file has the role, and leaves its model open.
  case roleUnset(Role, path: String)
  /// An edit would give other roles another model as well.
  case othersMove([Role], with: [Role])
  /// An edit changes more than one value per role, so that the file's owner has to make it.
  case needsOwner(path: String, reasons: [String])
  /// An edit without any change.
  case emptyEdit
  /// An edit or a new registry that names a role twice.
  case repeatedRole(Role)
  /// A new model id that is blank or has control characters.
  case unusableID(ModelID)

  public var description: String {
    switch self {
    case .content(let path, let problem): "\(path): \(problem)"
    case .file(let path, let problem): "\(path): \(problem)"
    case .unknownName(let name, let path, let roles, let ids):
      "\(path): \"\(name)\" is neither a role nor a model id here; "
        + "roles: \(Self.list(roles)); ids: \(Self.list(ids))"
    case .unknownRole(let role, let path, let known):
      "\(path): no role \"\(role)\" here; roles: \(Self.list(known))"
    case .residentMoved(let role, let expected, let found):
      "role \"\(role)\" now means \(found), not \(expected) that was measured; "
        + "nothing was changed: compare the candidate with \(found) first"
    case .roleUnset(let role, let path):
      "\(path): role \"\(role)\" has no model yet; set one there first, since a resident is what a candidate has to beat"
    case .othersMove(let others, let roles):
      "\(Self.list(others)) would move with \(Self.list(roles)), so nothing was changed; name them too, with --move model "
        + "where they share the model"
    case .needsOwner(let path, let reasons):
      "\(path): \(reasons.joined(separator: "; ")); nothing was changed. Apply it by hand: --patch prints the edit for "
        + "`git apply`"
    case .emptyEdit: "an edit needs at least one change"
    case .repeatedRole(let role): "role \"\(role)\" is given twice; give each role once"
    case .unusableID(let id):
      "\(id.rawValue.debugDescription) can't be a model id: it must not be blank or have control characters"
    }
  }

  private static func list(_ names: [some CustomStringConvertible]) -> String {
    names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
  }
}

extension RegistryError {
  /// What is wrong with the text of a registry or of a source file.
  public enum ContentProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case notJSON(JSONError)
    /// What the YAML parser found wrong.
    case notYAML(String)
    /// None of the forms that a registry may have.
    case unrecognized
    case notAnObject(kind: String)
    case modelsMissing
    case tooManyRoles(Int, limit: Int)
    case modelsNotAnObject(kind: String)
    case malformedRole(Role)
    case idNotAString(Role, kind: String)
    /// The id equals the name of a role that means another id, so the name would have two meanings.
    case idNamesARole(Role, ModelID)

    /// A role of a roles file that is no object.
    case roleNotAnObject(Role, kind: String)
    case keyNotAString(Role, kind: String)
    /// A role points at a key that no model has.
    case unknownKey(Role, key: String, known: [String])
    case keyWithoutID(Role, key: String)
    /// No key has the id that a role is to mean.
    case noKeyForModel(Role, ModelID, moving: [Role])
    /// No model of the configuration has the id.
    case noModelForID(Role, ModelID, known: [ModelID])
    /// Several roles are to move at once where each has a value of its own.
    case modelNotShared(Role)
    /// The model's id is also what its command starts.
    case modelNotRenamable(Role)
    /// Other places of the file have the same value by reference.
    case valueShared(Role, line: Int)

    /// A Nix string, comment or bracket that never ends.
    case unterminated(String, line: Int)
    /// A Nix bracket that closes nothing, or something else.
    case unbalancedBracket(line: Int)
    /// More Nix brackets are open at once than are read.
    case nestedTooDeep(limit: Int, line: Int)
    /// The Nix file has more than one set of the name, so that the role's line is not certain.
    case setNotUnique(String, lines: [Int])
    /// The Nix set is computed, so that its text needn't be its value; where it comes from if that can be seen.
    case setNotPlain(String, line: Int, origin: String?)
    /// A condition chooses what holds the name in the Nix file, or `//` may put something over it.
    case setReplaceable(String, line: Int)
    /// Two names of the Nix file stand in sets that have nothing to do with each other.
    case setsApart(String, String, lines: [Int])
    case roleRepeated(Role, lines: [Int])
    /// A value that is not written out; where it comes from if that can be seen.
    case valueNotPlain(Role, line: Int, origin: String?)

    /// What was read is not found again.
    case placeNotFound(String)
    /// The role would not mean the new id after the edit.
    case editWithoutEffect(Role)

    /// A member of the policy file that is missing, unknown or of another kind.
    case policy(member: String, problem: String)
    /// A line of the ledger of challenges, from 1, that is not as it was written.
    case ledger(line: Int, problem: String)

    public var description: String {
      switch self {
      case .notJSON(let error): error.description
      case .notYAML(let problem): "not valid YAML: \(problem)"
      case .unrecognized:
        "no registry of a known form: JSON with \"models\", a Nix source with `models`, `roleOverrides` or "
          + "`defaultLocalModelId`, or the YAML of llama-swap or LiteLLM"
      case .notAnObject(let kind): "a registry must be a JSON object, found \(kind)"
      case .modelsMissing: "no \"models\" in the registry; add an object that maps roles to model ids"
      case .tooManyRoles(let count, let limit): "\(count) roles are more than the \(limit) that are read"
      case .modelsNotAnObject(let kind): "\"models\" must be an object that maps roles to model ids, found \(kind)"
      case .malformedRole(let role):
        "\(role.rawValue.debugDescription) can't be a role: it must not be blank or have control characters"
      case .idNotAString(let role, let kind): "the model id of role \"\(role)\" must be a string, found \(kind)"
      case .idNamesARole(let role, let id):
        "role \"\(role)\" has the model id \"\(id)\", which is also a role that means another id; rename one of them"
      case .roleNotAnObject(let role, let kind):
        "role \"\(role)\" must be an object with a \"model\", found \(kind)"
      case .keyNotAString(let role, let kind):
        "the \"model\" of role \"\(role)\" must be a key of \"models\", found \(kind)"
      case .unknownKey(let role, let key, let known):
        "role \"\(role)\" points at \"\(key)\", which \"models\" lacks; it has \(known.joined(separator: ", "))"
      case .keyWithoutID(let role, let key): "role \"\(role)\" points at \"\(key)\", which has no \"id\""
      case .noKeyForModel(let role, let id, let moving):
        "no model here has the id \(id), so that role \"\(role)\" can't point at it; add an entry for it, or change the "
          + "id behind the role by --move model, which moves \(moving.map(\.rawValue).joined(separator: ", "))"
      case .noModelForID(let role, let id, let known):
        "no model here has the id \(id), so that \"\(role)\" can't be its alias; add it with its command. There are "
          + known.map(\.rawValue).joined(separator: ", ")
      case .modelNotShared(let role):
        "role \"\(role)\" has a value of its own here, so that there is no model to move; name each role by --role"
      case .modelNotRenamable(let role):
        "the model of \"\(role)\" is started by its command, so that its id can't be changed alone; move the alias, "
          + "without --move model"
      case .valueShared(let role, let line):
        "the value of role \"\(role)\" at line \(line) is shared with others by reference, an alias or a merge; write a "
          + "value of its own, or change all that share it by --move model where the form can"
      case .unterminated(let what, let line): "the \(what) that begins at line \(line) never ends"
      case .unbalancedBracket(let line): "the bracket at line \(line) doesn't close the one that is open"
      case .nestedTooDeep(let limit, let line): "nested more than \(limit) levels deep at line \(line)"
      case .setNotUnique(let name, let lines):
        "more than one `\(name)`, at lines \(Self.list(lines)); edit the right one by hand"
      case .setNotPlain(let name, let line, let origin):
        "`\(name)` at line \(line) is computed, not written as `\(name) = { … };`; "
          + (origin ?? "edit it by hand, or write it out")
      case .setReplaceable(let name, let line):
        "`\(name)` at line \(line) stands in a set that a condition chooses or that `//` may put another over, so that its "
          + "text needn't be its value; edit it by hand"
      case .setsApart(let one, let other, let lines):
        "`\(one)` and `\(other)`, at lines \(Self.list(lines)), stand in different sets, as those of two hosts; put them into "
          + "one, or edit the right one by hand"
      case .roleRepeated(let role, let lines):
        "role \"\(role)\" is assigned more than once, at lines \(Self.list(lines)); edit the right one by hand"
      case .valueNotPlain(let role, let line, let origin):
        "the value of role \"\(role)\" at line \(line) isn't a plain string on one line; "
          + (origin.map { "\($0)" } ?? "write it out as one, or edit it by hand")
      case .placeNotFound(let place): "\(place) was read and is not found again; edit it by hand"
      case .editWithoutEffect(let role):
        "role \"\(role)\" would not get the new id by this edit; edit it by hand"
      case .policy(let member, let problem):
        "\(member) \(problem); until the policy is mended it allows no promotion"
      case .ledger(let line, let problem):
        "line \(line) \(problem); until the ledger of challenges is restored from a backup, nothing is compared or "
          + "promoted"
      }
    }

    private static func list(_ lines: [Int]) -> String { lines.map(String.init).joined(separator: ", ") }
  }
}

extension RegistryError {
  /// What the file system refused, or what stands in the way of a safe edit.
  public enum FileProblem: Equatable, Sendable, CustomStringConvertible {
    case notFound
    case alreadyExists
    case notARegularFile
    case tooLarge(limit: Int)
    /// This user may not read the file, or not write in the folder.
    case notPermitted
    case readOnlyFileSystem
    /// The file's own permissions forbid writing it.
    case readOnlyFile
    /// The file has other names, which would keep the old text.
    case hardLinks(names: Int)
    /// An extended attribute or a list of access that a new file can't have.
    case attributeLost(reason: String)
    /// `ENOSPC`, or `EDQUOT` if only the user's quota is used up.
    case diskFull
    /// Another process edits the file; its process id if it could be read.
    case locked(holder: Int32?)
    /// Somebody without the lock changed the file during the edit.
    case changedDuringEdit
    /// The file is in the Nix store, so that the next activation would undo the edit.
    case generatedByNix
    /// The edit is in place, but the folder couldn't be flushed to the disk.
    case notDurable(reason: String)
    case failed(operation: String, reason: String)

    public var description: String {
      switch self {
      case .notFound: "no such file; create the registry or name another path"
      case .alreadyExists: "already exists; nothing was changed"
      case .notARegularFile: "not a regular file"
      case .tooLarge(let limit): "larger than \(limit) bytes; this can't be the right file"
      case .notPermitted: "this user lacks permission; check the owner and mode, nothing was changed"
      case .readOnlyFileSystem: "on a read-only file system; nothing was changed"
      case .readOnlyFile:
        "read-only for this user; nothing was changed: allow writing first, by chmod u+w if it is yours"
      case .hardLinks(let names):
        "the file has \(names) names (hard links), and an edit would leave the others with the old text; nothing was changed: "
          + "make the others symbolic links"
      case .attributeLost(let reason): "\(reason); nothing was changed"
      case .diskFull: "no space left on the disk (ENOSPC); nothing was changed: free some and repeat"
      case .locked(let holder?): "process \(holder) is editing this file; repeat when it has ended"
      case .locked(nil): "another process is editing this file; repeat when it has ended"
      case .changedDuringEdit: "another program changed the file during the edit; nothing was changed: repeat"
      case .generatedByNix: "generated by Nix, so an edit would be undone; edit its source file instead"
      case .notDurable(let reason):
        "the edit is in place, but might not survive a power failure: \(reason)"
      case .failed(let operation, let reason): "could not \(operation): \(reason)"
      }
    }
  }
}

extension RegistryError {
  /// The error that a failed system call means.
  init(_ error: FileSystemError) {
    // If no such file is there, it is the folder that bars this user.
    let isBarredFromFolder =
      error.operation == .open && [EACCES, EPERM, EROFS].contains(error.code) && FileStatus(ofNameAt: error.path) == nil
    self = .file(path: isBarredFromFolder ? DurableFile.folder(of: error.path) : error.path, FileProblem(error))
  }

  /// Makes a system call whose error is the registry's.
  static func converting<Result>(
    _ call: @autoclosure () throws(FileSystemError) -> Result
  ) throws(RegistryError) -> Result {
    do { return try call() } catch { throw RegistryError(error) }
  }
}

extension RegistryError.FileProblem {
  fileprivate init(_ error: FileSystemError) {
    switch error.code {
    case ENOENT, ENOTDIR: self = .notFound
    case EEXIST: self = .alreadyExists
    case EACCES, EPERM: self = .notPermitted
    case EROFS: self = .readOnlyFileSystem
    case ENOSPC, EDQUOT: self = .diskFull
    default: self = .failed(operation: error.operation.rawValue, reason: error.reason)
    }
  }
}
