import Measurements

/// Requests that are routed to skills by the similarity of vectors, and how: the part of a task that its requests share.
public struct RoutingTask: Sendable, Equatable {
  /// What a request can be routed to.
  public struct Skill: Sendable, Equatable {
    public var id: String
    public var name: String
    public var description: String
    /// Requests as people make them; none of the task's own.
    public var examples: [String]
  }

  /// What of a skill a request is compared with, always by the cosine.
  public enum Basis: String, Sendable, CaseIterable {
    /// Its name and description.
    case descriptions
    /// The mean of its examples' vectors, each of length 1.
    case meanExample = "examples_mean"
    /// The nearest of its examples.
    case nearestExample = "examples_nearest"
  }

  /// The similarity below which a request belongs to no skill.
  public enum Threshold: Sendable, Equatable {
    case fixed(Double)
    /// Chosen for each model by cross-validation: for the requests of each of so many folds, the one that has most of the
    /// other folds' requests right. A threshold of one model says nothing about another's.
    case calibrated(folds: Int)
  }

  public var skills: [Skill]
  public var basis: Basis
  public var threshold: Threshold
  /// How much nearer than the next skill the nearest must be, or the request belongs to none.
  public var margin: Double

  /// The answer for a request that belongs to no skill.
  public static let none = "none"

  /// The texts whose vectors skills are compared by, skill by skill.
  public var skillTexts: [[String]] {
    skills.map { basis == .descriptions ? ["\($0.name): \($0.description)"] : $0.examples }
  }
}

extension RoutingTask {
  init?(_ fields: FieldReader) {
    let skills = fields.sections("skills", atLeast: 2, Skill.init)
    fields.reportRepeats(in: "skills", of: ["id"])
    let router = fields.section("router") { router -> (Basis, Threshold, Double)? in
      let basis = router.choice("by", of: Basis.allCases)
      let folds = router.integer("folds", 2...100, default: 5)
      let threshold = router.value("threshold", expected: "a cosine from -1 to 1, or \"calibrated\"") { json in
        if json.string == "calibrated" { return Threshold.calibrated(folds: folds ?? 5) }
        return json.number.flatMap { (-1...1).contains($0) ? .fixed($0) : nil }
      }
      let margin = router.number("margin", .from(0, through: 1), default: 0)
      guard let basis, folds != nil, let threshold, let margin else { return nil }
      return (basis, threshold, margin)
    }
    guard let skills, let router else { return nil }
    for skill in skills where router.0 != .descriptions && skill.examples.isEmpty {
      fields.report("skills", "has \(Quoted.text(skill.id)) without examples, which the router compares requests with")
    }
    self.init(skills: skills, basis: router.0, threshold: router.1, margin: router.2)
  }
}

extension RoutingTask.Skill {
  fileprivate init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let name = fields.text("name")
    let description = fields.text("description")
    let examples = fields.optional("examples") == nil ? [] : fields.words("examples", atLeast: 0)
    if id == RoutingTask.none { fields.report("id", "must not be \"none\", which stands for no skill") }
    guard let id, let name, let description, let examples else { return nil }
    self.init(id: id, name: name, description: description, examples: examples)
  }
}
