// Standard input through a pipe: lines as they come; which of them are no text.
#include "roformer/cli/answered_lines.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <sstream>

namespace roformer::cli {
namespace {

// Standard input is a pipe as long as this lives.
class PipedInput {
 public:
  PipedInput() : before_(::dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    end_ = ends[1];
  }
  ~PipedInput() {
    close();
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  PipedInput(const PipedInput&) = delete;
  PipedInput& operator=(const PipedInput&) = delete;

  void write(const std::string& text) const {
    EXPECT_EQ(::write(end_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close() {
    if (end_ >= 0) ::close(end_);
    end_ = -1;
  }

 private:
  int before_, end_ = -1;
};

InputLines::Clock::time_point soon() {
  return InputLines::Clock::now() + std::chrono::milliseconds(5);
}

TEST(InputLines, AreKnownWithoutWaiting) {
  PipedInput pipe;
  InputLines input;
  std::string line;
  EXPECT_FALSE(input.ready_by(soon()));
  pipe.write("one\r\ntw");
  EXPECT_TRUE(input.ready_by(soon()));
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, "one\r");
  EXPECT_FALSE(input.ready_by(soon()));  // a line begun is none
  pipe.write("o\n\n");
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, "two");
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, "");
  pipe.write("last");
  pipe.close();
  EXPECT_TRUE(input.ready_by(soon()));
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, "last");
  EXPECT_TRUE(input.ready_by(soon()));  // the end is known too
  EXPECT_FALSE(input.next(line));
  EXPECT_FALSE(input.next(line));
}

TEST(InputLines, LongOnesAreWhole) {
  PipedInput pipe;
  const std::string longer(60'000, 'x');  // a pipe holds 64 KiB
  pipe.write(longer);
  InputLines input;
  EXPECT_FALSE(input.ready_by(soon()));
  pipe.write(longer + "\ny");
  pipe.close();
  std::string line;
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, longer + longer);
  EXPECT_TRUE(input.next(line));
  EXPECT_EQ(line, "y");
}

TEST(LineChunks, EndWhereNoLineIsAtHand) {
  PipedInput pipe;
  LineChunks chunks("test");
  pipe.write("a\r\nb\n");
  ASSERT_TRUE(chunks.next());
  EXPECT_EQ(chunks.lines().first, 1);
  EXPECT_EQ(std::vector<std::string>(chunks.lines().texts.begin(), chunks.lines().texts.end()),
            (std::vector<std::string>{"a", "b"}));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "x\n";
  pipe.write(many);
  pipe.close();
  ASSERT_TRUE(chunks.next());
  EXPECT_EQ(chunks.lines().first, 3);
  EXPECT_EQ(chunks.lines().texts.size(), 512u);
  ASSERT_TRUE(chunks.next());
  EXPECT_EQ(chunks.lines().first, 515);
  EXPECT_EQ(chunks.lines().number(1), 516);
  EXPECT_EQ(chunks.lines().texts.size(), 488u);
  EXPECT_FALSE(chunks.next());
}

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
