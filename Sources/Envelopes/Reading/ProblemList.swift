/// The problems found so far in one file, shared by the readers of its sections.
package final class ProblemList {
  /// More than anyone reads, and few enough for a hostile file not to fill memory with messages.
  static let limit = 1000

  private var found: [EnvelopeError.Problem] = []
  private var dropped = 0

  package init() {}

  package var all: [EnvelopeError.Problem] {
    dropped == 0 ? found : found + [EnvelopeError.Problem(path: "", message: "and \(dropped) more")]
  }

  package func report(_ path: @autoclosure () -> String, _ message: @autoclosure () -> String) {
    guard found.count < Self.limit else {
      dropped += 1
      return
    }
    found.append(EnvelopeError.Problem(path: path(), message: message()))
  }

  /// Reports each name that an earlier place has already.
  package func reportRepeats(_ names: [(path: String, name: String)]) {
    var first: [String: String] = [:]
    for (path, name) in names {
      if let earlier = first[name] {
        report(path, "\(Quoted.text(name)) is at \(earlier) already")
      } else {
        first[name] = path
      }
    }
  }
}
