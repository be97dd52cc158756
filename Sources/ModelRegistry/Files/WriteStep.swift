/// The points between the system calls of an edit, in their order, where a test may stop it.
public enum WriteStep: String, CaseIterable, Sendable {
  case locked
  /// The old bytes are read and the new ones made.
  case computed
  case temporaryCreated
  case temporaryWritten
  case temporaryFlushed
  /// From here on, the new bytes are the file.
  case installed
  case folderFlushed
}
