#include "plugins/views/tui/key.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "plugins/views/tui/action.h"

namespace {

using tui::Key;
using tui::KeyParser;
using Code = Key::Code;

std::vector<Key> keys(const std::string& octets) {
  KeyParser parser;
  std::vector<Key> out = parser.feed(octets);
  for (const Key& key : parser.finish()) out.push_back(key);
  return out;
}

std::vector<Key> one_by_one(const std::string& octets) {
  KeyParser parser;
  std::vector<Key> out;
  for (const char octet : octets) {
    for (const Key& key : parser.feed(std::string(1, octet))) out.push_back(key);
  }
  for (const Key& key : parser.finish()) out.push_back(key);
  return out;
}

TEST(KeyParser, ReadsLettersAndUtf8) {
  EXPECT_EQ(keys("qß"), (std::vector<Key>{{Code::kCharacter, U'q'}, {Code::kCharacter, U'ß'}}));
}

TEST(KeyParser, ReadsArrowsInBothCursorModes) {
  const std::vector<Key> arrows{
      {Code::kUp, 0}, {Code::kDown, 0}, {Code::kRight, 0}, {Code::kLeft, 0}};
  EXPECT_EQ(keys("\x1b[A\x1b[B\x1b[C\x1b[D"), arrows);
  EXPECT_EQ(keys("\x1bOA\x1bOB\x1bOC\x1bOD"), arrows);
  EXPECT_EQ(keys("\x1b[1;5A"), (std::vector<Key>{{Code::kUp, 0}}));
}

TEST(KeyParser, ReadsEditingKeys) {
  EXPECT_EQ(keys("\t\x1b[Z\r\n\x7f\b\x1b[3~\x1b[5~\x1b[6~\x1b[H\x1b[4~"),
            (std::vector<Key>{{Code::kTab, 0},
                              {Code::kBackTab, 0},
                              {Code::kEnter, 0},
                              {Code::kEnter, 0},
                              {Code::kBackspace, 0},
                              {Code::kBackspace, 0},
                              {Code::kDelete, 0},
                              {Code::kPageUp, 0},
                              {Code::kPageDown, 0},
                              {Code::kHome, 0},
                              {Code::kEnd, 0}}));
}

TEST(KeyParser, ReadsALoneEscapeOnlyWhenNothingFollows) {
  KeyParser parser;
  EXPECT_TRUE(parser.feed("\x1b").empty());
  EXPECT_TRUE(parser.pending());
  EXPECT_EQ(parser.feed("[A"), (std::vector<Key>{{Code::kUp, 0}}));
  EXPECT_FALSE(parser.pending());
  EXPECT_TRUE(parser.feed("\x1b").empty());
  EXPECT_EQ(parser.finish(), (std::vector<Key>{{Code::kEscape, 0}}));
}

TEST(KeyParser, IgnoresOtherSequences) {
  EXPECT_EQ(keys("\x1b[<0;10;10Mq"), (std::vector<Key>{{Code::kCharacter, U'q'}}));
  EXPECT_EQ(keys("\x1b[Iq"), (std::vector<Key>{{Code::kCharacter, U'q'}}));
  EXPECT_EQ(keys("\x1b]11;rgb:0000/0000/0000\x1b\\q"),
            (std::vector<Key>{{Code::kCharacter, U'q'}}));
  EXPECT_EQ(keys("\x1b]0;title\aq"), (std::vector<Key>{{Code::kCharacter, U'q'}}));
}

TEST(KeyParser, ReadsTheSameKeysHoweverOctetsAreSplit) {
  const std::vector<std::string> inputs{
      "q\x1b[1;5A\x1b[5~\x1bOB\xe6\x9d\xb1\x1b", "\x1b]" + std::string(200, 'x') + "\a?",
      "\x1b[" + std::string(200, '1') + "A?",    "\x1b\x1b\x1b[\x1b[A\xff\xc3q\xe6\x9dq",
      std::string("\x1b[\0\x01\x1bO\x05", 7),
  };
  for (const std::string& input : inputs) EXPECT_EQ(keys(input), one_by_one(input));
}

TEST(Bindings, BindEachKeyOnce) {
  std::vector<Key> seen;
  for (const tui::Binding& binding : tui::bindings()) {
    for (const Key& key : {binding.key, binding.other}) {
      if (key == Key{}) continue;
      for (const Key& other : seen) EXPECT_FALSE(key == other) << binding.keys;
      seen.push_back(key);
    }
    EXPECT_EQ(tui::action_for(binding.key), binding.action) << binding.keys;
    EXPECT_FALSE(binding.help.empty());
  }
  EXPECT_EQ(tui::action_for({Code::kCharacter, U'Q'}), tui::Action::kNone);
}

std::string name_of(const Key& key) {
  switch (key.code) {
    case Code::kControl: return std::string("^") + static_cast<char>(key.character - U'a' + U'A');
    case Code::kUp: return "↑";
    case Code::kDown: return "↓";
    case Code::kLeft: return "←";
    case Code::kRight: return "→";
    case Code::kHome: return "Home";
    case Code::kEnd: return "End";
    case Code::kPageUp: return "PgUp";
    case Code::kPageDown: return "PgDn";
    case Code::kTab:
    case Code::kBackTab: return "Tab";
    case Code::kEnter: return "Enter";
    case Code::kEscape: return "Esc";
    default:
      return key.character == U' ' ? "Space" : std::string(1, static_cast<char>(key.character));
  }
}

TEST(Bindings, AreAllNamedInTheHelp) {
  for (const tui::Binding& binding : tui::bindings()) {
    const std::string keys = "/" + std::string(binding.keys) + "/";
    for (const Key& key : {binding.key, binding.other}) {
      if (key == Key{}) continue;
      const std::string name = name_of(key);
      EXPECT_NE(keys.find("/" + name + "/"), std::string::npos) << name << " is not in " << keys;
    }
  }
}

}  // namespace
