/// The problems found so far in one file, shared by the readers of its sections.
final class ProblemList {
  private(set) var all: [EnvelopeError.Problem] = []

  func report(_ path: String, _ message: String) {
    all.append(EnvelopeError.Problem(path: path, message: message))
  }

  /// Reports each name that an earlier place has already.
  func reportRepeats(_ names: [(path: String, name: String)]) {
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
