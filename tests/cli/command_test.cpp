#include "roformer/cli/command.h"
#include "roformer/cli/computing.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::cli {
namespace {

// Whether the command line is taken.
bool parses(CLI::App& app, const std::string& line) {
  try {
    app.parse(line);
    return true;
  } catch (const CLI::ParseError&) {
    return false;
  }
}

TEST(Command, NumbersStayInTheirRange) {
  CLI::App app;
  std::int64_t count = 3;
  double factor = 0.5;
  add_number(app, "--count", count, "", 1, 9);
  add_number(app, "--factor", factor, "", -1, 1);
  EXPECT_TRUE(parses(app, "--count 9 --factor=-1"));
  EXPECT_EQ(count, 9);
  EXPECT_EQ(factor, -1);
  for (const char* line : {"--count 0", "--count 10", "--count 1.5", "--count x", "--factor 1.01",
                           "--factor nan", "--factor inf", "--factor -nan", "--factor x"})
    EXPECT_FALSE(parses(app, line)) << line;
}

TEST(Command, AWordThatIsNearAChoiceIsTold) {
  CLI::App app;
  std::string pooling;
  add_choice(app, "--pooling", pooling, {"cls", "mean"}, "");
  EXPECT_TRUE(parses(app, "--pooling mean"));
  const auto message = [&](const std::string& line) {
    try {
      app.parse(line);
      return std::string();
    } catch (const CLI::ParseError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(message("--pooling maen").find("expected one of cls, mean but got maen"),
            std::string::npos);
  EXPECT_EQ(message("--pooling meen").find("did you mean 'mean'?") != std::string::npos, true);
  EXPECT_EQ(message("--pooling other").find("did you mean"), std::string::npos);
}

TEST(Command, LengthsAreReadOnceGiven) {
  CLI::App app;
  pipeline::LengthOptions lengths;
  add_length_options(app, lengths);
  EXPECT_TRUE(parses(app, ""));
  EXPECT_EQ(lengths.max_length, 0);
  EXPECT_FALSE(lengths.stride.has_value() || lengths.truncate);
  EXPECT_TRUE(parses(app, "--max-length 12 --stride 0"));
  EXPECT_EQ(lengths.max_length, 12);
  EXPECT_EQ(lengths.stride, 0);
  EXPECT_FALSE(parses(app, "--truncate --stride 1"));
  EXPECT_FALSE(parses(app, "--max-length 0"));
}

TEST(Command, ExamplesStandBehindTheNotes) {
  CLI::App app;
  app.footer("notes");
  add_examples(app, "first\nsecond");
  EXPECT_EQ(app.get_footer(), "notes\n\nExamples:\n  first\n  second");
}

TEST(Command, DevicesAreChecked) {
  CommonOptions options;
  EXPECT_EQ(apply(options), c10::Device(c10::kCPU));
  options.device = "abacus";
  checkpoint::expect_error({"cpu or cuda", "abacus"}, [&] { apply(options); });
}

}  // namespace
}  // namespace roformer::cli
