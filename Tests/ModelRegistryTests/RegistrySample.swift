import Foundation
import Measurements
import Testing

/// A registry of each form, in which the role `default` means `o/a` and can be moved to `o/b` and back.
struct RegistrySample: Sendable, CustomTestStringConvertible {
  let name: String
  let file: String
  /// The text while the role means an id.
  private let write: @Sendable (ModelID) -> String

  var testDescription: String { name }

  func text(_ id: ModelID) -> String { write(id) }

  private static let padding = String(repeating: "x", count: 5000)

  static let all = [
    RegistrySample(name: "JSON", file: "registry.json") {
      "{\n  \"models\": { \"default\": \"\($0)\" },\n  \"notes\": \"\(padding)\"\n}"
    },
    RegistrySample(name: "roles file", file: "roles.json") {
      "{\"models\": {\"a\": {\"id\": \"o/a\"}, \"b\": {\"id\": \"o/b\"}},\n"
        + " \"roles\": {\"default\": {\"model\": \"\($0 == "o/a" ? "a" : "b")\", \"egress\": \"none\"}},\n"
        + " \"hosts\": {\"here\": {\"resident\": [\"a\"], \"swap\": [\"b\"]}}, \"notes\": \"\(padding)\"}\n"
    },
    RegistrySample(name: "Nix models", file: "models.nix") {
      "{ # \(padding)\n  models = {\n    default = \"\($0)\"; # resident\n  };\n}\n"
    },
    RegistrySample(name: "Nix overrides", file: "home.nix") {
      "{ config, ... }:\n{\n  services.aiStack = {\n    defaultLocalModelId = \"o/d\";\n    roleOverrides = {\n"
        + "      default = \"\($0)\";\n    };\n  }; /* \(padding) */\n}\n"
    },
    RegistrySample(name: "Nix override in one line", file: "line.nix") {
      "{\n  services.aiStack.roleOverrides.default = \"\($0)\";\n  notes = ''\(padding)'';\n}\n"
    },
    RegistrySample(name: "llama-swap", file: "config.yaml") {
      "# \(padding)\nmodels:\n  \"o/a\":\n    cmd: serve o/a\n    aliases: [\($0 == "o/a" ? "default" : "")]\n"
        + "  \"o/b\":\n    cmd: serve o/b\n    aliases: [\($0 == "o/b" ? "default" : "")]\n"
    },
    RegistrySample(name: "LiteLLM", file: "proxy.yaml") {
      "model_list:\n  - model_name: default # \(padding)\n    litellm_params:\n      model: openai/\($0)\n"
    },
  ]
}
