import Foundation
import Synchronization
import WorkerProtocol

/// Collects the lines of an exchange and writes them to a file, each after the name of who sent it.
final class TranscriptFile: Sendable {
  private let path: String?
  private let text = Mutex("")

  init(_ path: String?) { self.path = path }

  func add(_ line: TranscriptLine) {
    guard path != nil else { return }
    text.withLock { $0 += "\(line.sender.rawValue) \(line.text)\n" }
  }

  func close() throws {
    guard let path else { return }
    try Data(text.withLock { $0 }.utf8).write(to: URL(fileURLWithPath: path))
  }
}
