import Foundation

extension Machine {
  /// Bytes that this user may still write to the volume of a path; nil where the path does not exist.
  public static func freeDiskByteCount(at path: String) -> Int? {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return nil }
    return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
  }
}
