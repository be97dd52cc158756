import Measurements
import Yams

/// YAML of LiteLLM's proxy: each role is the name of a model in a list.
///
/// ```yaml
/// model_list:
///   - model_name: coding
///     litellm_params: { model: openai/org/name-4bit, api_base: http://localhost:8080/v1 }
/// ```
///
/// The word before the first slash names the API to speak and stays, if it is one that local servers speak. A name may
/// have several deployments of one model, among which the proxy balances; they are read, and not edited.
///
/// Format: the proxy's `config.yaml` as LiteLLM documents it.
struct LiteLLM: RegistryForm {
  static let kind = RegistryKind.liteLLM

  /// A model of the list.
  private struct Deployment {
    let role: Role
    let line: Int
    /// The id with the word before it; nil if it is not in the deployment itself.
    let model: String?
    let place: YAMLText.Place
    /// The scalar with the model, wherever it is.
    let node: Node?
    /// Whether others may stand for what it is in, by an alias or a merge.
    var isShared = false
  }

  private static let localAPIs = [
    "openai", "hosted_vllm", "vllm", "lm_studio", "ollama", "ollama_chat", "llamafile", "text-completion-openai",
    "custom_openai", "openai_like", "litellm_proxy", "xinference", "infinity",
  ]

  let entries: [Registry.Entry]
  private let text: YAMLText
  private let deployments: [Deployment]

  /// Nil if the text is of another form.
  ///
  /// - Throws: `tooManyRoles`.
  init?(_ text: YAMLText) throws(RegistryError.ContentProblem) {
    guard let member = text.root.first(where: { $0.key.scalar?.string == "model_list" }),
      let list = member.value.sequence
    else { return nil }
    self.text = text
    var deployments = list.compactMap { Self.deployment($0, in: text) }
    if text.isAnchored(member.value) { for index in deployments.indices { deployments[index].isShared = true } }
    self.deployments = deployments
    var seen = Set<Role>()
    let first = deployments.filter { seen.insert($0.role).inserted }
    try RegistryKind.checkCount(deployments.count)
    entries = first.map { [deployments] deployment in
      let all = deployments.filter { $0.role == deployment.role }
      if Set(all.map { $0.model.map { Self.split($0).id } }).count > 1 {
        return Registry.Entry(
          role: deployment.role, meaning: .unusable(.roleRepeated(deployment.role, lines: all.map(\.line))))
      }
      return Registry.Entry(role: deployment.role, meaning: Self.meaning(of: deployment))
    }
  }

  private static func deployment(_ node: Node, in text: YAMLText) -> Deployment? {
    guard let mapping = node.mapping, let name = mapping["model_name"]?.scalar?.string else { return nil }
    let role = Role(rawValue: name)
    let line = text.line(of: node)
    guard let parameters = mapping.first(where: { $0.key.scalar?.string == "litellm_params" }),
      let values = parameters.value.mapping, let model = values.first(where: { $0.key.scalar?.string == "model" })
    else { return Deployment(role: role, line: line, model: nil, place: .other, node: nil) }
    var place = text.place(of: model.value, after: model.key)
    // Parameters behind an alias are those of others as well.
    if case .alias = text.place(of: parameters.value, after: parameters.key) { place = .other }
    let isString = model.value.tag == Tag(.str) || model.value.tag == Tag(.implicit)
    return Deployment(
      role: role, line: text.line(of: model.key), model: isString ? model.value.scalar?.string : nil, place: place,
      node: model.value, isShared: text.isAnchored(node) || text.isAnchored(parameters.value))
  }

  private static func meaning(of deployment: Deployment) -> Registry.Meaning {
    guard let model = deployment.model else {
      return .unusable(.valueNotPlain(deployment.role, line: deployment.line, origin: nil))
    }
    let id = split(model).id
    if let variable = environmentVariable(in: model) {
      return .unusable(
        .valueNotPlain(deployment.role, line: deployment.line, origin: "it is that of the variable \(variable)"))
    }
    if (deployment.role.rawValue + id).contains("*") {
      return .unusable(
        .valueNotPlain(deployment.role, line: deployment.line, origin: "it is a pattern, which stands for many models"))
    }
    return id.allSatisfy(\.isWhitespace) ? .unset : .model(ModelID(rawValue: id))
  }

  /// The variable that the proxy takes a value from.
  private static func environmentVariable(in model: String) -> Substring? {
    let prefix = "os.environ/"
    return model.hasPrefix(prefix) ? model.dropFirst(prefix.count) : nil
  }

  /// The word that names the API, with its slash, and the id after it.
  private static func split(_ model: String) -> (api: String, id: String) {
    guard let slash = model.firstIndex(of: "/"), localAPIs.contains(String(model[..<slash])) else { return ("", model) }
    return (String(model[...slash]), String(model[model.index(after: slash)...]))
  }

  private func deployment(of role: Role) throws(RegistryError.ContentProblem) -> (Deployment, api: String) {
    let found = deployments.filter { $0.role == role }
    guard found.count <= 1 else { throw .roleRepeated(role, lines: found.map(\.line)) }
    guard found.count == 1, let deployment = found.first, let model = deployment.model else {
      throw .placeNotFound("model_list: \(role)")
    }
    return (deployment, Self.split(model).api)
  }

  func rolesMoving(with role: Role) -> [Role] {
    guard let own = deployments.first(where: { $0.role == role })?.node?.mark else { return [role] }
    return deployments.filter { $0.node?.mark.map { $0.line == own.line && $0.column == own.column } == true }
      .map(\.role)
  }

  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit {
    let (deployment, api) = try deployment(of: role)
    let model = api + id.rawValue
    guard !deployment.isShared else { throw .valueShared(role, line: deployment.line) }
    switch deployment.place {
    case .scalar(let scalar) where !scalar.isAnchored: return FormEdit(rewrites: [scalar.rewritten(as: model)])
    case .alias(let range): return FormEdit(rewrites: [Rewrite(range, Array(YAMLScalar.literal(model, .plain).utf8))])
    case .scalar: throw .valueShared(role, line: deployment.line)
    case .collection, .empty, .other:
      throw .valueNotPlain(role, line: deployment.line, origin: nil)
    }
  }

  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    let (deployment, api) = try deployment(of: role)
    guard let node = deployment.node, let scalar = node.scalar, let offset = text.offset(of: node),
      let literal = YAMLScalar(scalar, at: offset, in: text)
    else { throw .valueNotPlain(role, line: deployment.line, origin: nil) }
    // Who stands for a whole deployment, by an alias or a merge, is not known for sure.
    guard !deployment.isShared else { throw .valueNotPlain(role, line: deployment.line, origin: nil) }
    guard literal.isAnchored || rolesMoving(with: role).count > 1 else { throw .modelNotShared(role) }
    return FormEdit(rewrites: [literal.rewritten(as: api + id.rawValue)])
  }
}
