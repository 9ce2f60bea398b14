-- MySQL dump
DROP TABLE IF EXISTS `wp_comments`;
CREATE TABLE `wp_comments` (`comment_ID` bigint, `comment_post_ID` bigint);
INSERT INTO `wp_comments` VALUES (1,5,'Ana','ana@kites.example','','192.0.2.4','2020-01-01 10:00:00','2020-01-01 09:00:00','Don\'t fly it\r\nin rain; \"ever\" (really).',0,'1','','comment',0,0),(2,5,'Pills','p@kites.example','','192.0.2.5','2020-01-02 10:00:00','2020-01-02 09:00:00','Buy, now',0,'spam','','',1,0);
INSERT INTO `wp_posts` (`ID`, `post_title`, `post_content`) VALUES (5,'Kites','Wind, it''s all'),(6,'Other','x');
