#include "roformer/cli/input_lines.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace roformer::cli {
namespace {

// What report() logs.
std::string reported(const InvalidLines& lines) {
  std::ostringstream text;
  const auto before = spdlog::default_logger();
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  sink->set_pattern("%v");
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  lines.report();
  spdlog::set_default_logger(before);
  return text.str();
}

TEST(InvalidLines, AreCountedAndTheFirstIsNamed) {
  InvalidLines lines("prefixes.txt");
  lines.check("漢字", 1);
  EXPECT_EQ(reported(lines), "");
  lines.check("a\xFF", 5);
  EXPECT_NE(reported(lines).find("prefixes.txt: 1 line is not UTF-8 (the first: line 5)"),
            std::string::npos);
  lines.check("\xC3", 9);
  lines.check("", 10);
  EXPECT_NE(reported(lines).find("2 lines are not UTF-8 (the first: line 5)"), std::string::npos);
}

}  // namespace
}  // namespace roformer::cli
