import Foundation
import JSON
import TestSupport

@testable import Fit

extension FitModel {
  /// A model by a configuration alone, through a file as users have it.
  init(parsing config: JSONValue, name: String = "a model") throws {
    let folder = try TemporaryFolder()
    try folder.write(config.serialized(), to: "config.json")
    try self.init(contentsOf: folder("config.json"), name: name)
  }
}
