import Hummingbird

/// A path, or a few of one kind, that the viewer answers.
protocol ViewerRoute: Sendable {
  func add(to router: some RouterMethods<some RequestContext>)
}
