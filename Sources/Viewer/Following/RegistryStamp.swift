import Foundation

/// Which state of the registry's file is there, told by what the file system says of it.
struct RegistryStamp: Sendable, Hashable, CustomStringConvertible {
  let description: String

  init(_ file: URL) {
    let attributes = (try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)) ?? [:]
    let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    let figures = [attributes[.systemFileNumber], attributes[.size]].map { ($0 as? NSNumber)?.uint64Value ?? 0 }
    description = (figures + [time.bitPattern]).map { String($0, radix: 36) }.joined(separator: "-")
  }
}
