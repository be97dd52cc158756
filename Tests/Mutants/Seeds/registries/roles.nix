{
  # by hand
  models = {
    default = "org/one";
    coding = "org/two";
  };
}
